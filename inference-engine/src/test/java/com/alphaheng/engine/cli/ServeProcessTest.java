package com.alphaheng.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.engine.testing.ShippedModel;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `marlin serve` as a process: how it begins and how it ends.
@Tag("slow")
class ServeProcessTest {

    private static final Pattern ADDRESS = Pattern.compile("marlin serves tiny-java-glm at (http://127.0.0.1:\\d+)/v1"
        + " \\(.+ back end, 4 sessions of 2048 tokens\\)");
    /// What the operating system reports of a JVM that SIGTERM ended.
    private static final int TERMINATED = 128 + 15;

    @TempDir
    private Path folder;
    private Process process;

    private BufferedReader start(String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--add-modules",
            "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED", "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            Marlin.class.getName(), "serve", "-m", ShippedModel.directory().toAbsolutePath().toString()));
        command.addAll(List.of(options));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(error().toFile());
        builder.environment().put("MARLIN_API_KEY", "of-the-environment");
        process = builder.start();
        return process.inputReader(StandardCharsets.UTF_8);
    }

    private Path error() {
        return folder.resolve("error");
    }

    @AfterEach
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Test
    void servesUntilItIsToldToEndAndLetsStreamsEnd() throws IOException, InterruptedException {
        try (BufferedReader out = start("--port", "0"); HttpClient client = HttpClient.newHttpClient()) {
            Matcher address = ADDRESS.matcher(String.valueOf(out.readLine()));
            assertThat(address.matches()).as(Files.readString(error())).isTrue();
            HttpRequest request = HttpRequest.newBuilder(URI.create(address.group(1) + "/v1/completions"))
                .header("Content-Type", "application/json").header("Authorization", "Bearer of-the-environment")
                .POST(HttpRequest.BodyPublishers.ofString("{\"prompt\": \"class A {\", \"max_tokens\": 200,"
                    + " \"ignore_eos\": true, \"stream\": true}")).build();
            HttpResponse<InputStream> response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            assertThat(response.statusCode()).isEqualTo(200);
            String text;
            try (InputStream stream = response.body()) {
                text = new String(stream.readNBytes(6), StandardCharsets.UTF_8);
                process.destroy();
                text += new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            }
            assertThat(text).endsWith("data: [DONE]\n\n");
            assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
            assertThat(process.exitValue()).isEqualTo(TERMINATED);
            assertThat(Files.readString(error())).contains("/v1/completions 200 in ", "generated 200, ended by length")
                .doesNotContain("cut off", "Exception", "Unsafe");
        }
    }

    @Test
    void anAddressThatIsTakenIsNamed() throws IOException, InterruptedException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
             BufferedReader out = start("--port", Integer.toString(taken.getLocalPort()))) {
            assertThat(out.readLine()).isNull();
            assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
            assertThat(process.exitValue()).isEqualTo(ExitCode.FAILED);
            assertThat(Files.readString(error())).contains("serve: cannot listen on 127.0.0.1:" + taken.getLocalPort()
                + ": ", "Choose another address with --host and --port");
        }
    }
}
