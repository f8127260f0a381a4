package com.alphaheng.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A search spread over two workers, with a real broker and coordinator; one worker is killed while it measures.
@Tag("slow")
@Timeout(value = 400, unit = TimeUnit.SECONDS)
final class SpreadSearchPipelineTest {
    private static final List<String> SHARES = List.of("tiles (share 1 of 2)", "tiles (share 2 of 2)");

    /// A larger tile is faster. Each worker's benchmarks wait for a file of its own.
    private static final String TASKS = """
            tasks:
              - name: tiles
                kind: tune
                verify_command: bash verify.sh
                tune:
                  parameters: ["tile = 1, 8, 16, 4"]
                  search: grid
                  workers: 2
                  commit: sed -i "s/#.*/# ${HENG_TUNING}/" kernel.sh
                benchmark:
                  metric: speed
                  command: |
                    case "$PWD" in FOLDER/second/*) me=second ;; *) me=first ;; esac
                    echo "$me ${HENG_TUNING-base}" >> FOLDER/shared/runs
                    until [ -e FOLDER/shared/go-$me ]; do sleep 0.1; done
                    tile=${HENG_TUNING-$(sed 's/.*# *//; s/slow/tile=1/' kernel.sh)}
                    printf '{"metrics": [{"name": "speed", "value": %s}]}' "${tile#tile=}" > "$HENG_METRICS"
            """;

    @TempDir
    private Path folder;

    @Test
    void bothWorkersMeasureAndTheBestIsMerged() throws Exception {
        try (RunningPipeline pipeline = new RunningPipeline(folder)) {
            pipeline.prepareRepository(Map.of("kernel.sh", "echo 42 # slow\n",
                    "verify.sh", "[ $(bash kernel.sh) = 42 ]\n",
                    "sealing.json", "{\"protected\": [\"verify.sh\", \"sealing.json\"]}\n",
                    "task-specs/tasks.yaml", TASKS.replace("FOLDER", folder.toString())));
            List<String> output = pipeline.startUp("--fresh", "--exit-when-finished");
            pipeline.awaitTrue("one worker measures", () -> pipeline.lines("shared/runs").contains("first base"));
            Process second = pipeline.startWorker("second");
            try {
                pipeline.awaitTrue("the other measures too", () ->
                        pipeline.lines("shared/runs").contains("second base"));
                second.destroyForcibly().waitFor();
                Files.createFile(folder.resolve("shared/go-second"));
                second = pipeline.startWorker("second");
                pipeline.awaitTrue("it has its share again", () ->
                        pipeline.lines("shared/runs").contains("second tile=8"));
                Files.createFile(folder.resolve("shared/go-first"));
                assertThat(pipeline.up().waitFor(300, TimeUnit.SECONDS)).as("finished; output so far: %s", output)
                        .isTrue();
                assertThat(pipeline.up().exitValue()).as("output: %s", output).isZero();
            } finally {
                second.destroyForcibly().waitFor();
            }
            assertMeasuredOnce(pipeline.events());
            assertThat(new String(pipeline.git("show", "heng/roadmap:kernel.sh").start().getInputStream()
                    .readAllBytes())).contains("# tile=16");
            assertThat(folder.resolve("reports/final_benchmark.md")).content().contains("trial 1 on local (tile=1)",
                    "trial 3 on second (tile=8)", "best trial (tile=16)").doesNotContain("Search " + SHARES.getFirst());
        }
    }

    private static void assertMeasuredOnce(List<JsonNode> events) {
        List<String> ended = new ArrayList<>();
        List<String> measured = new ArrayList<>();
        for (JsonNode event : ofType(events, "AttemptSucceeded")) {
            ended.add(event.path("attempt").path("task").asText());
            event.path("result").path("trials").forEach(trial -> measured.add(trial.path("configuration").path("tile")
                    .asText() + " is " + trial.path("value").asDouble() + " times the base"));
        }
        assertThat(ended).as("each ended once, the search last").hasSize(3).endsWith("tiles")
                .containsAll(SHARES);
        assertThat(measured).containsExactlyInAnyOrder("1 is 1.0 times the base", "8 is 8.0 times the base",
                "16 is 16.0 times the base", "4 is 4.0 times the base");
        assertThat(ofType(events, "AttemptLost")).extracting(event -> event.path("attempt").path("task").asText())
                .containsExactly(SHARES.getLast());
        assertThat(ofType(events, "AttemptAssigned")).extracting(event -> event.path("attempt").path("task").asText()
                + " " + event.path("attempt").path("epoch").asInt() + " " + event.path("worker").asText())
                .contains(SHARES.getFirst() + " 1 local", SHARES.getLast() + " 1 second",
                        SHARES.getLast() + " 2 second").hasSize(4);
        assertThat(ofType(events, "AttemptAssigned")).extracting(event -> event.path("chip").asText())
                .doesNotContain("").containsOnly(ofType(events, "AttemptAssigned").getFirst().path("chip").asText());
    }

    private static List<JsonNode> ofType(List<JsonNode> events, String type) {
        return events.stream().filter(event -> event.path("type").asText().equals(type)).toList();
    }
}
