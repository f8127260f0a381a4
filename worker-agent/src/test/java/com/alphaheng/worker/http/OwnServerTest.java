package com.alphaheng.worker.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.protocol.AttemptId;
import com.alphaheng.worker.disk.DiskFiles;
import com.alphaheng.worker.job.AttemptOutput;
import com.alphaheng.worker.job.StopReason;
import com.alphaheng.worker.job.StopSwitch;
import com.alphaheng.worker.job.agent.AgentBackend.Request;
import com.alphaheng.worker.job.agent.AgentFailure;
import com.alphaheng.worker.job.agent.AgentRun;
import com.alphaheng.worker.job.agent.Allowance;
import com.alphaheng.worker.job.agent.ChatEndpoint.Message;
import com.alphaheng.worker.job.agent.ChatEndpoint.Reply;
import com.alphaheng.worker.job.agent.EditRunLoop;
import java.io.BufferedReader;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The built-in loop against `./marlin serve`, a process with the shipped model. That model writes Java and no edits:
/// what counts is that both sides understand each other.
@Tag("slow")
class OwnServerTest {

    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String MODEL = "tiny-java-glm";

    @TempDir
    private static Path logs;
    private static Process process;
    private static String url;

    @BeforeAll
    static void serve() throws IOException {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve("marlin"))) {
            root = root.getParent();
        }
        ProcessBuilder builder = new ProcessBuilder("./marlin", "serve", "--port", "0", "--think", "off", "--sessions",
                "1", "--queue", "1").directory(root.toFile()).redirectError(logs.resolve("error").toFile());
        builder.environment().put("MARLIN_API_KEY", "the-key");
        process = builder.start();
        BufferedReader out = process.inputReader();
        String line = String.valueOf(out.readLine());
        Matcher address = Pattern.compile("marlin serves " + MODEL + " at (http://\\S+)/v1 .*").matcher(line);
        assertThat(address.matches()).as(line + Files.readString(logs.resolve("error"))).isTrue();
        url = address.group(1);
    }

    @AfterAll
    static void stop() throws InterruptedException {
        process.destroy();
        process.waitFor();
    }

    private static OpenAiEndpoint endpoint(String key) {
        return new OpenAiEndpoint(url + "/v1", MODEL, Optional.of(key));
    }

    @Test
    void theLoopTalksWithItToTheEnd(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("Kernel.java"), "slow();\n");
        EditRunLoop loop = new EditRunLoop(new EditRunLoop.Settings("own", 3, 48, OptionalInt.empty(), BigDecimal.ZERO,
                BigDecimal.ONE), endpoint("the-key"), new DiskFiles(), (request, stopSwitch, output) -> {
            throw new AssertionError("the model asked for " + request.script());
        });
        List<String> said = new ArrayList<>();
        AgentRun run = loop.run(new Request(new AttemptId("c", "t", 1), "make it fast", folder, Map.of(), PATIENCE,
                new Allowance(Optional.empty(), Optional.empty(), Optional.empty()), most -> cost -> { },
                new StopSwitch(), new AttemptOutput() {
                    @Override
                    public void line(String source, String text) {
                        said.add(source + " " + text);
                    }

                    @Override
                    public void close() {
                        // Nothing is held back.
                    }
                }));
        assertThat(run).isInstanceOf(AgentRun.Failed.class);
        assertThat(((AgentRun.Failed) run).failure()).isEqualTo(AgentFailure.BAD_OUTPUT);
        assertThat(run.usage().tokens()).as("prompts and replies of three turns").isGreaterThan(3 * 100);
        assertThat(run.usage().usd().movePointRight(6).intValueExact()).as("tokens of the replies")
                .isBetween(1, 3 * 48);
        assertThat(said).anyMatch(line -> line.startsWith("agent "))
                .anyMatch(line -> line.contains("Nothing was asked"));
        assertThat(folder.resolve("Kernel.java")).hasContent("slow();");
    }

    @Test
    void itsRefusalsAreUnderstood() throws Exception {
        Reply wrongKey = endpoint("wrong").complete(List.of(new Message("user", "hi")), 5, PATIENCE, new StopSwitch());
        assertThat(refused(wrongKey).failure()).isEqualTo(AgentFailure.AUTH);
        assertThat(refused(wrongKey).reason()).startsWith("HTTP 401 ").contains("not the API key");
        Reply tooLong = endpoint("the-key").complete(List.of(new Message("user", "int x;\n".repeat(2000))), 5, PATIENCE,
                new StopSwitch());
        assertThat(refused(tooLong).failure()).isEqualTo(AgentFailure.CRASH);
        assertThat(refused(tooLong).reason()).startsWith("HTTP 400 ").contains("tokens; a prompt may have 2047 here");

    }

    @Test
    void aFullQueueIsALimitAndWhoIsToldToStopLeavesIt() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            CompletableFuture<HttpResponse<String>> other = client.sendAsync(HttpRequest.newBuilder(
                    URI.create(url + "/v1/completions")).header("Content-Type", "application/json")
                    .header("Authorization", "Bearer the-key").POST(HttpRequest.BodyPublishers.ofString(
                    "{\"prompt\": \"class A {\", \"max_tokens\": 2000, \"ignore_eos\": true}")).build(),
                    HttpResponse.BodyHandlers.ofString());
            awaitMetric("marlin_requests_running 1");
            StopSwitch stop = new StopSwitch();
            CompletableFuture<Reply> waiting = CompletableFuture.supplyAsync(() -> endpoint("the-key")
                    .complete(List.of(new Message("user", "hi")), 5, PATIENCE, stop));
            awaitMetric("marlin_requests_waiting 1");
            Reply.Refused full = refused(endpoint("the-key").complete(List.of(new Message("user", "hi")), 5, PATIENCE,
                    new StopSwitch()));
            assertThat(full.failure()).isEqualTo(AgentFailure.RATE_LIMIT);
            assertThat(full.retryAfter().orElseThrow()).isPositive();
            stop.stop(StopReason.TOLD_TO_STOP);
            assertThat(refused(waiting.join()).failure()).isEqualTo(AgentFailure.STOPPED);
            awaitMetric("marlin_requests_waiting 0");
            other.cancel(true);
            awaitMetric("marlin_requests_running 0");
        }
    }

    private static Reply.Refused refused(Reply reply) {
        assertThat(reply).isInstanceOf(Reply.Refused.class);
        return (Reply.Refused) reply;
    }

    private static void awaitMetric(String line) throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/metrics")).build();
            while (client.send(request, HttpResponse.BodyHandlers.ofString()).body().lines().noneMatch(line::equals)) {
                assertThat(System.nanoTime()).as(line).isLessThan(end);
                Thread.sleep(5);
            }
        }
    }
}
