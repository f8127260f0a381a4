package com.alphaheng.worker.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.protocol.AttemptId;
import com.alphaheng.worker.disk.DiskFiles;
import com.alphaheng.worker.job.AttemptOutput;
import com.alphaheng.worker.job.Commands;
import com.alphaheng.worker.job.Commands.Confinement;
import com.alphaheng.worker.job.StopReason;
import com.alphaheng.worker.job.StopSwitch;
import com.alphaheng.worker.job.agent.AgentBackend.Request;
import com.alphaheng.worker.job.agent.AgentFailure;
import com.alphaheng.worker.job.agent.AgentRun;
import com.alphaheng.worker.job.agent.Allowance;
import com.alphaheng.worker.job.agent.Usage;
import com.alphaheng.worker.job.agent.EditRunLoop;
import com.sun.net.httpserver.HttpServer;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The built-in loop over real HTTP against a server that says what the test tells it to.
class EditRunLoopTest {
    /// In place of a status: throws the switch and never answers.
    private static final int STOPS = 0;

    @TempDir
    Path folder;
    private HttpServer server;
    private final Deque<Answer> answers = new ArrayDeque<>();
    private final List<String> asked = new ArrayList<>();
    private final List<Instant> askedAt = new ArrayList<>();
    private final List<Commands.Request> ran = new ArrayList<>();
    private final List<Usage> begun = new ArrayList<>();
    private final List<Usage> ended = new ArrayList<>();
    private final StopSwitch stop = new StopSwitch();
    private OptionalInt callsPerMinute = OptionalInt.empty();

    private record Answer(int status, String body, Map<String, String> headers) {
    }

    @BeforeEach
    void serve() throws Exception {
        Files.writeString(folder.resolve("Kernel.java"), "slow();\n");
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/chat/completions", exchange -> {
            askedAt.add(Instant.now());
            asked.add(exchange.getRequestHeaders().getFirst("Authorization") + " "
                    + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            Answer answer = answers.remove();
            if (answer.status == STOPS) {
                stop.stop(StopReason.TOLD_TO_STOP);
                return;
            }
            answer.headers.forEach(exchange.getResponseHeaders()::set);
            byte[] body = answer.body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer.status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void close() {
        server.stop(0);
    }

    @Test
    void showsEditsRunsAndIsDone() throws Exception {
        says("Let me look.\\nSHOW Kernel.java");
        says("=== Kernel.java\\n<<<<\\nslow();\\n====\\nfast();\\n>>>>\\nRUN bash check.sh");
        says("It holds.\\nDONE");
        AgentRun run = run(Optional.empty());
        assertThat(run).isEqualTo(new AgentRun.Done(run.usage()));
        assertThat(run.usage().tokens()).isEqualTo(3 * 110);
        assertThat(run.usage().usd()).isEqualByComparingTo("0.00054");
        assertThat(ended).hasSize(3).allMatch(cost -> cost.tokens() == 110);
        assertThat(begun).hasSize(3).allMatch(most -> most.tokens() > 1000 && most.usd().signum() > 0);
        assertThat(folder.resolve("Kernel.java")).hasContent("fast();");
        assertThat(ran).singleElement().satisfies(request -> {
            assertThat(request.script()).isEqualTo("bash check.sh");
            assertThat(request.confinement()).isEqualTo(Confinement.SEALED);
        });
        assertThat(asked.getFirst()).startsWith("Bearer the-key ").contains("make it fast")
                .contains("\"model\":\"glm\"");
        assertThat(asked.get(1)).contains("slow();");
        assertThat(asked.get(2)).contains("exit status 0").contains("all good");
    }

    @Test
    void aRefusedEditIsExplainedAndThreeUselessAnswersEndIt() throws Exception {
        says("=== Kernel.java\\n<<<<\\nnot there\\n====\\nx\\n>>>>");
        says("=== ../outside\\n<<<<\\n====\\nx\\n>>>>");
        says("I would suggest to think about it.");
        AgentRun run = run(Optional.empty());
        assertThat(failure(run).failure()).isEqualTo(AgentFailure.BAD_OUTPUT);
        assertThat(asked.get(1)).contains("the lines to find are not in Kernel.java");
        assertThat(asked.get(2)).contains("leads out of the checkout");
        assertThat(Files.exists(folder.resolveSibling("outside"))).isFalse();
    }

    @Test
    void theProvidersRefusalsAreTold() throws Exception {
        answers.add(new Answer(429, "slow down", Map.of("Retry-After", "17")));
        assertThat(failure(run(Optional.empty())).failure()).isEqualTo(AgentFailure.RATE_LIMIT);
        answers.add(new Answer(429, "slow down", Map.of("Retry-After", "17")));
        assertThat(failure(run(Optional.empty())).retryAfter()).contains(Duration.ofSeconds(17));
        answers.add(new Answer(401, "who are you", Map.of()));
        assertThat(failure(run(Optional.empty())).failure()).isEqualTo(AgentFailure.AUTH);
        answers.add(new Answer(529, "busy", Map.of()));
        assertThat(failure(run(Optional.empty())).failure()).isEqualTo(AgentFailure.OVERLOAD);
        answers.add(new Answer(200, "not json", Map.of()));
        assertThat(failure(run(Optional.empty())).failure()).isEqualTo(AgentFailure.BAD_OUTPUT);
        server.stop(0);
        assertThat(failure(run(Optional.empty())).reason()).contains("cannot be reached");
    }

    @Test
    void aCallThatMayCostTooMuchIsNotMade() throws Exception {
        AgentRun run = run(Optional.of(new BigDecimal("0.001")));
        assertThat(failure(run).failure()).isEqualTo(AgentFailure.OVER_BUDGET);
        assertThat(asked).isEmpty();
    }

    @Test
    void stopsBetweenTurnsWhenTold() throws Exception {
        stop.stop(StopReason.TOLD_TO_STOP);
        assertThat(failure(run(Optional.empty())).failure()).isEqualTo(AgentFailure.STOPPED);
    }

    @Test
    void aCallInFlightEndsWhenToldToStopAndCountsWithTheMostItMayCost() throws Exception {
        answers.add(new Answer(STOPS, "", Map.of()));
        AgentRun.Failed stopped = failure(run(Optional.empty()));
        assertThat(stopped.failure()).isEqualTo(AgentFailure.STOPPED);
        assertThat(ended).isEqualTo(begun).singleElement().isEqualTo(stopped.usage());
        assertThat(stopped.usage().tokens()).isGreaterThan(1000);
    }

    @Test
    void theProvidersLimitIsKeptBeforeItIsHit() throws Exception {
        callsPerMinute = OptionalInt.of(1);
        says("SHOW Kernel.java");
        AgentRun.Failed late = failure(run(Optional.empty()));
        assertThat(late.failure()).isEqualTo(AgentFailure.TIME_LIMIT);
        assertThat(late.reason()).contains("for the limit of 1 calls a minute");
        assertThat(asked).hasSize(1);
    }

    @Test
    void whatTheProviderAnnouncesIsWaitedForBeforeItRefuses() throws Exception {
        says("SHOW Kernel.java", Map.of("x-ratelimit-remaining-requests", "0", "x-ratelimit-reset-requests", "400ms"));
        says("DONE", Map.of("x-ratelimit-remaining-requests", "9", "x-ratelimit-reset-requests", "1s"));
        assertThat(run(Optional.empty())).isInstanceOf(AgentRun.Done.class);
        assertThat(Duration.between(askedAt.getFirst(), askedAt.getLast())).isGreaterThan(Duration.ofMillis(390));
    }

    @Test
    void aLongAnnouncedWaitLeavesTheTaskToOthersWithoutACallThatIsRefused() throws Exception {
        says("SHOW Kernel.java", Map.of("anthropic-ratelimit-tokens-remaining", "12",
                "anthropic-ratelimit-tokens-reset", Instant.now().plusSeconds(3000).toString()));
        AgentRun.Failed limited = failure(run(Optional.empty()));
        assertThat(limited.failure()).isEqualTo(AgentFailure.RATE_LIMIT);
        assertThat(limited.reason()).contains("after 1 turns: the provider announced that it takes no further call");
        assertThat(limited.retryAfter().orElseThrow()).isBetween(Duration.ofSeconds(2000), Duration.ofSeconds(3000));
        assertThat(asked).hasSize(1);
    }

    private static AgentRun.Failed failure(AgentRun run) {
        assertThat(run).isInstanceOf(AgentRun.Failed.class);
        return (AgentRun.Failed) run;
    }

    private void says(String text) {
        says(text, Map.of());
    }

    private void says(String text, Map<String, String> headers) {
        answers.add(new Answer(200, "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\""
                + text.replace("\"", "\\\"") + "\"}}],\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":10}}",
                headers));
    }

    @Test
    void aRunIsKeptWithTheModelAndThePricesItWasChargedBy() {
        assertThat(loop((request, stopSwitch, output) -> {
            throw new AssertionError("no command is run");
        }).terms()).containsOnly(Map.entry("model", "glm"), Map.entry("usdPerMillionPromptTokens", "1"),
                Map.entry("usdPerMillionCompletionTokens", "8"));
    }

    private EditRunLoop loop(Commands commands) {
        String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/v1/";
        return new EditRunLoop(new EditRunLoop.Settings("glm", 10, 1000, callsPerMinute, BigDecimal.ONE,
                new BigDecimal("8")), new OpenAiEndpoint(url, "glm", Optional.of("the-key")), new DiskFiles(),
                commands);
    }

    private AgentRun run(Optional<BigDecimal> usd) throws Exception {
        Commands commands = (request, stopSwitch, output) -> {
            ran.add(request);
            return new Commands.Exited(0, List.of("all good"), Duration.ofSeconds(1), Optional.empty(), List.of(),
                    Optional.empty());
        };
        AttemptOutput silent = new AttemptOutput() {
            @Override
            public void line(String source, String text) {
                assertThat(source).isIn("agent", AttemptOutput.TOLD);
            }

            @Override
            public void close() {
                // Nothing is held back.
            }
        };
        return loop(commands)
                .run(new Request(new AttemptId("c", "t", 1), "make it fast", folder, Map.of(), Duration.ofSeconds(50),
                        new Allowance(usd, Optional.empty(), Optional.empty()), most -> {
                            begun.add(most);
                            return ended::add;
                        }, stop, silent));
    }
}
