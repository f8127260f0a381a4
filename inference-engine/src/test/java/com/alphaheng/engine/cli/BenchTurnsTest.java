package com.alphaheng.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.engine.testing.ShippedModel;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedWriter;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// `bench --turns`: a process of its own, as a worker starts it.
class BenchTurnsTest {

    @TempDir
    private Path folder;

    @Test
    @Tag("slow")
    void measuresOnceForEachLineAndEndsWithThem() throws Exception {
        Path json = folder.resolve("metrics");
        Process bench = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin/java").toString(),
            "--enable-native-access=ALL-UNNAMED", "--add-modules=jdk.incubator.vector", "-cp",
            System.getProperty("java.class.path"), Marlin.class.getName(), "bench", "--turns", "-m",
            ShippedModel.directory().toString(), "--backend", "cpu", "--contexts", "4", "--tokens", "2",
            "--samples", "3", "--json", json.toString()).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        try (BufferedWriter turns = new BufferedWriter(new OutputStreamWriter(bench.getOutputStream(),
            StandardCharsets.US_ASCII))) {
            assertThat(json).as("nobody asked yet").doesNotExist();
            for (int turn = 1; turn <= 3; turn++) {
                turns.write(turn + "\n");
                turns.flush();
                while (!Files.exists(json) || Files.readAllLines(json).size() < turn) {
                    assertThat(bench.isAlive()).isTrue();
                    Thread.sleep(20);
                }
            }
        }
        assertThat(bench.waitFor()).isZero();
        List<String> lines = Files.readAllLines(json);
        assertThat(lines).hasSize(3).allSatisfy(line -> {
            JsonNode turn = new ObjectMapper().readTree(line);
            assertThat(turn.at("/metrics/0/name").asText()).isEqualTo("decode_tokens_per_second");
            assertThat(turn.at("/metrics/0/value").asDouble()).isPositive();
            assertThat(turn.at("/metrics/0/samples")).hasSize(3);
            assertThat(turn.at("/execution/operations/Embed").asLong()).as("per turn").isPositive()
                .isEqualTo(new ObjectMapper().readTree(lines.getFirst()).at("/execution/operations/Embed").asLong());
        });
    }

    @Test
    void saysWhatItCannotBeCombinedWith() {
        StringWriter error = new StringWriter();
        int status = new CommandLine(new BenchCommand()).setCaseInsensitiveEnumValuesAllowed(true)
            .setErr(new PrintWriter(error))
            .setExecutionExceptionHandler((failure, line, parsed) -> {
                line.getErr().println(failure.getMessage());
                return ExitCode.FAILED;
            }).execute("--turns", "--contexts", "4,8", "--json", "x");
        assertThat(status).isNotZero();
        assertThat(error.toString()).contains("--turns needs --json FILE and one of --contexts");
    }
}
