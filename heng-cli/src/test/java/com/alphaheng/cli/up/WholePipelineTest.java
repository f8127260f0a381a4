package com.alphaheng.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `heng up` as a user runs it: real broker, coordinator and worker processes, some of them killed on the way.
@Tag("slow")
@Timeout(value = 400, unit = TimeUnit.SECONDS)
final class WholePipelineTest {
    private static final int TASKS = 10;

    @TempDir
    private Path folder;
    private RunningPipeline pipeline;

    @BeforeEach
    void prepare() throws Exception {
        pipeline = new RunningPipeline(folder);
    }

    @AfterEach
    void stop() throws Exception {
        // None was made where something is missing, and the test is skipped.
        if (pipeline != null) {
            pipeline.close();
        }
    }

    @Test
    void everyTaskEndsExactlyOnceWhateverIsKilled() throws Exception {
        prepareRepository();
        List<String> output = pipeline.startUp("--fresh", "--exit-when-finished");
        pipeline.awaitTrue("a task runs", () -> pipeline.lines("runs").size() >= 2);
        pipeline.kill("worker");
        pipeline.awaitTrue("the worker is back and runs another task", () -> pipeline.lines("runs").size() >= 4);
        pipeline.kill("coordinator");

        assertThat(pipeline.up().waitFor(300, TimeUnit.SECONDS)).as("finished; output so far: %s", output).isTrue();
        assertThat(pipeline.up().exitValue()).as("output: %s", output).isZero();
        assertThat(output).anyMatch(line -> line.contains("the worker died"))
                .anyMatch(line -> line.contains("the coordinator died"))
                .anyMatch(line -> line.contains("10 of 10 tasks ended"));
        assertThat(folder.resolve("reports/status.md")).content().contains("task-9");
        assertThat(folder.resolve("reports/final_benchmark.md")).exists();
        assertEndedOnce();
    }

    @Test
    void anInterruptedRunGoesOnAndATwinIsRefused() throws Exception {
        prepareRepository();
        List<String> output = pipeline.startUp("--fresh");
        pipeline.awaitTrue("two tasks ran", () -> pipeline.lines("runs").size() >= 2);

        Process twin = pipeline.command("--exit-when-finished").redirectErrorStream(true).start();
        assertThat(twin.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(twin.exitValue()).isEqualTo(3);
        assertThat(twin.inputReader().lines().collect(Collectors.joining()))
                .contains("another 'heng up' runs on " + pipeline.data());

        pipeline.up().destroy();
        assertThat(pipeline.up().waitFor(60, TimeUnit.SECONDS)).as("stops on SIGTERM: %s", output).isTrue();
        for (String name : List.of("worker", "coordinator", "broker")) {
            assertThat(ProcessHandle.of(pipeline.pid(name)).filter(ProcessHandle::isAlive)).as(name).isEmpty();
        }
        String backup = folder.resolve("backup.zip").toString();
        assertThat(pipeline.heng("backup", backup, "--data=" + pipeline.data())).isZero();
        pipeline.useData(folder.resolve("restored"));
        assertThat(pipeline.heng("restore", backup, "--data=" + pipeline.data())).isZero();
        List<String> second = pipeline.startUp("--exit-when-finished");
        assertThat(pipeline.up().waitFor(300, TimeUnit.SECONDS)).as("finished; output so far: %s", second).isTrue();
        assertThat(second).anyMatch(line -> line.contains("0 tasks added"));
        assertEndedOnce();
    }

    @Test
    void simulatedWorkersFinishACampaignAlthoughSomeDie() throws Exception {
        assertThat(pipeline.heng("simulate", "--workers=20", "--tasks=80", "--task-seconds=0.1", "--deaths=0.05",
                "--limit=200")).isZero();
    }

    /// Tasks leave a line for every run.
    private void prepareRepository() throws Exception {
        String tasks = IntStream.range(0, TASKS).mapToObj(number -> """
                  - name: task-%d
                    kind: verify
                    priority: P%d
                    dependencies: [%s]
                    verify_command: echo task-%d >> %s; sleep 1
                """.formatted(number, number % 3, number < 4 ? "" : "task-" + (number - 4), number,
                folder.resolve("runs")))
                .collect(Collectors.joining("", "tasks:\n", ""));
        pipeline.prepareRepository(Map.of("README", "a repository for a test\n", "task-specs/tasks.yaml", tasks));
    }

    /// By the log itself, read from the broker's folder after everything has stopped.
    private void assertEndedOnce() throws Exception {
        List<String> ends = pipeline.events().stream().filter(event ->
                event.path("type").asText().equals("AttemptSucceeded"))
                .map(event -> event.path("attempt").path("task").asText()).toList();
        assertThat(ends).containsExactlyInAnyOrderElementsOf(
                IntStream.range(0, TASKS).mapToObj(number -> "task-" + number).toList());
        assertThat(pipeline.lines("runs")).as("every task ran").containsAll(ends);
    }
}
