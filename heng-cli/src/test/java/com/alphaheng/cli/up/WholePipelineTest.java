package com.alphaheng.cli.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.alphaheng.broker.BrokerSettings;
import com.alphaheng.broker.EmbeddedBroker;
import com.alphaheng.cli.audit.EventLogReader;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
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
    private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();
    private static final int TASKS = 10;

    @TempDir
    private Path folder;
    private Path data;
    private Process up;

    @BeforeEach
    void requirePackagedPrograms() {
        data = folder.resolve("data");
        assumeTrue(Files.exists(REPOSITORY.resolve("coordinator/target/quarkus-app/quarkus-run.jar"))
                        && Files.exists(REPOSITORY.resolve("worker-agent/target/quarkus-app/quarkus-run.jar")),
                "coordinator and worker are not packaged: run './heng test' or 'mvnw verify' over all modules");
    }

    @AfterEach
    void stop() throws Exception {
        if (up != null && up.isAlive()) {
            up.destroy();
            up.waitFor(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void everyTaskEndsExactlyOnceWhateverIsKilled() throws Exception {
        prepareRepository();
        List<String> output = startUp("--fresh", "--exit-when-finished");
        awaitTrue("a task runs", () -> lines("runs").size() >= 2);
        kill("worker");
        awaitTrue("the worker is back and runs another task", () -> lines("runs").size() >= 4);
        kill("coordinator");

        assertThat(up.waitFor(300, TimeUnit.SECONDS)).as("finished; output so far: %s", output).isTrue();
        assertThat(up.exitValue()).as("output: %s", output).isZero();
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
        List<String> output = startUp("--fresh");
        awaitTrue("two tasks ran", () -> lines("runs").size() >= 2);

        Process twin = command("--exit-when-finished").redirectErrorStream(true).start();
        assertThat(twin.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(twin.exitValue()).isEqualTo(3);
        assertThat(twin.inputReader().lines().collect(Collectors.joining()))
                .contains("another 'heng up' runs on " + data);

        up.destroy();
        assertThat(up.waitFor(60, TimeUnit.SECONDS)).as("stops on SIGTERM: %s", output).isTrue();
        for (String name : List.of("worker", "coordinator", "broker")) {
            assertThat(ProcessHandle.of(pid(name)).filter(ProcessHandle::isAlive)).as(name).isEmpty();
        }
        String backup = folder.resolve("backup.zip").toString();
        assertThat(heng("backup", backup, "--data=" + data)).isZero();
        data = folder.resolve("restored");
        assertThat(heng("restore", backup, "--data=" + data)).isZero();
        List<String> second = startUp("--exit-when-finished");
        assertThat(up.waitFor(300, TimeUnit.SECONDS)).as("finished; output so far: %s", second).isTrue();
        assertThat(second).anyMatch(line -> line.contains("0 tasks added"));
        assertEndedOnce();
    }

    @Test
    void simulatedWorkersFinishACampaignAlthoughSomeDie() throws Exception {
        assertThat(heng("simulate", "--workers=20", "--tasks=80", "--task-seconds=0.1", "--deaths=0.05", "--limit=200"))
                .isZero();
    }

    /// A repository of its own, so that tasks cost nothing to build; they leave a line for every run.
    private void prepareRepository() throws Exception {
        Path repository = Files.createDirectories(folder.resolve("repository"));
        Files.writeString(repository.resolve("README"), "a repository for a test\n");
        String tasks = IntStream.range(0, TASKS).mapToObj(number -> """
                  - name: task-%d
                    kind: verify
                    priority: P%d
                    dependencies: [%s]
                    verify_command: echo task-%d >> %s; sleep 1
                """.formatted(number, number % 3, number < 4 ? "" : "task-" + (number - 4), number,
                folder.resolve("runs")))
                .collect(Collectors.joining("", "tasks:\n", ""));
        Files.writeString(Files.createDirectories(repository.resolve("task-specs")).resolve("tasks.yaml"), tasks);
        for (String command : List.of("init -q -b main", "add -A",
                "-c user.name=t -c user.email=t@t commit -q -m tasks")) {
            List<String> git = new ArrayList<>(List.of("git", "-C", repository.toString()));
            git.addAll(List.of(command.split(" ")));
            assertThat(new ProcessBuilder(git).inheritIO().start().waitFor()).as(command).isZero();
        }
    }

    private ProcessBuilder command(String... options) throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        List<String> command = new ArrayList<>(List.of("up", "--data=" + data, "--port=" + port,
                "--reports=" + folder.resolve("reports")));
        command.addAll(List.of(options));
        return hengProcess(command);
    }

    private ProcessBuilder hengProcess(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xmx128m", "-cp", System.getProperty("java.class.path"),
                "-Dheng.root=" + folder.resolve("repository"), "-Dheng.build=" + REPOSITORY,
                "com.alphaheng.cli.Heng"));
        command.addAll(arguments);
        return new ProcessBuilder(command);
    }

    private int heng(String... arguments) throws Exception {
        Files.createDirectories(folder.resolve("repository"));
        return hengProcess(List.of(arguments)).inheritIO().start().waitFor();
    }

    private List<String> startUp(String... options) throws IOException {
        up = command(options).redirectErrorStream(true).start();
        List<String> output = Collections.synchronizedList(new ArrayList<>());
        Process started = up;
        Thread.ofVirtual().start(() -> {
            try {
                started.inputReader().lines().forEach(output::add);
            } catch (UncheckedIOException e) {
                output.add("(the output broke off: " + e.getMessage() + ")");
            }
        });
        return output;
    }

    private void kill(String name) throws IOException {
        assertThat(ProcessHandle.of(pid(name)).orElseThrow().destroyForcibly()).as("kill -9 of the " + name).isTrue();
    }

    private long pid(String name) throws IOException {
        return Long.parseLong(properties().getProperty("process." + name).split(" ")[0]);
    }

    private Properties properties() throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(data.resolve("heng.properties"))) {
            properties.load(reader);
        }
        return properties;
    }

    private List<String> lines(String file) {
        try {
            return Files.exists(folder.resolve(file)) ? Files.readAllLines(folder.resolve(file)) : List.of();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void awaitTrue(String what, BooleanSupplier condition) throws InterruptedException {
        for (int tenths = 0; tenths < 1500 && !condition.getAsBoolean(); tenths++) {
            assertThat(up.isAlive()).as("heng up lives while waiting until " + what).isTrue();
            Thread.sleep(100);
        }
        assertThat(condition.getAsBoolean()).as(what).isTrue();
    }

    /// By the log itself, read from the broker's folder after everything has stopped.
    private void assertEndedOnce() throws Exception {
        try (var broker = EmbeddedBroker.start(
                BrokerSettings.local(data.resolve("broker")))) {
            List<JsonNode> events = new ArrayList<>();
            EventLogReader.read(broker.bootstrapServers(), events::add);
            List<String> ends = events.stream().filter(event -> event.path("type").asText().equals("AttemptSucceeded"))
                    .map(event -> event.path("attempt").path("task").asText()).toList();
            assertThat(ends).containsExactlyInAnyOrderElementsOf(
                    IntStream.range(0, TASKS).mapToObj(number -> "task-" + number).toList());
            assertThat(lines("runs")).as("every task ran").containsAll(ends);
        }
    }
}
