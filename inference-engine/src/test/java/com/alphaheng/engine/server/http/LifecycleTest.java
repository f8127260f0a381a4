package com.alphaheng.engine.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.engine.server.Scheduler;
import com.alphaheng.engine.server.ServedModel;
import com.alphaheng.engine.server.ServedModel.Answer;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Clients that leave, queues that fill, limits, and the end of the server.
class LifecycleTest {

    private static final String COMPLETIONS = "/v1/completions";
    private static final String LONG = "{\"prompt\": \"class A {\", \"max_tokens\": 2000, \"ignore_eos\": true,"
        + " \"stream\": %s}";
    private static final String SHORT = "{\"prompt\": \"class B {\", \"max_tokens\": 2}";
    private static final String RUNNING = "marlin_requests_running";
    private static final String WAITING = "marlin_requests_waiting";
    private static final String LEFT = "marlin_requests_total{endpoint=\"completions\",status=\"499\"}";

    private ServedModel served;

    private void serve(int sessions, int queue, Duration timeLimit) {
        served = new ServedModel(new Scheduler.Options(sessions, 0, queue, timeLimit), Optional.empty());
    }

    @AfterEach
    void stop() {
        served.close();
    }

    private CompletableFuture<HttpResponse<String>> begin(String body) {
        return served.client().sendAsync(served.posting(COMPLETIONS, body).build(),
            HttpResponse.BodyHandlers.ofString());
    }

    private void awaitMetric(String series, double value) {
        ServedModel.await(series + " " + value, () -> served.metric(series) == value);
    }

    @Test
    void aClientThatLeavesMakesRoomAtOnce() throws IOException {
        serve(1, 0, Duration.ofMinutes(10));
        try (InputStream stream = served.open(COMPLETIONS, LONG.formatted(true))) {
            assertThat(new String(stream.readNBytes(6), StandardCharsets.UTF_8)).isEqualTo("data: ");
            assertThat(served.post(COMPLETIONS, SHORT).status()).isEqualTo(429);
        }
        awaitMetric(RUNNING, 0);
        assertThat(served.post(COMPLETIONS, SHORT).status()).isEqualTo(200);

        CompletableFuture<HttpResponse<String>> silent = begin(LONG.formatted(false));
        awaitMetric(RUNNING, 1);
        silent.cancel(true);
        awaitMetric(RUNNING, 0);
        assertThat(served.post(COMPLETIONS, SHORT).status()).isEqualTo(200);
        assertThat(served.metric(LEFT)).isEqualTo(2);
        assertThat(served.metric("marlin_generated_tokens_total")).isLessThan(4000);
        assertThat(served.log).filteredOn(line -> line.endsWith("the client left")).hasSize(2);
    }

    @Test
    void aFullQueueSaysWhenToComeBack() {
        serve(1, 1, Duration.ofMinutes(10));
        CompletableFuture<HttpResponse<String>> first = begin(LONG.formatted(false));
        awaitMetric(RUNNING, 1);
        CompletableFuture<HttpResponse<String>> second = begin(LONG.formatted(false));
        awaitMetric(WAITING, 1);
        Answer refused = served.post(COMPLETIONS, SHORT);
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.error().path("code").textValue()).isEqualTo("queue_full");
        assertThat(refused.error().path("message").textValue())
            .isEqualTo("1 requests are under way and 1 wait, as many as this server lets: ask again later");
        assertThat(Integer.parseInt(refused.response().headers().firstValue("Retry-After").orElseThrow()))
            .isBetween(1, 60);
        // Who leaves the queue was never computed.
        second.cancel(true);
        awaitMetric(WAITING, 0);
        CompletableFuture<HttpResponse<String>> third = begin(SHORT);
        awaitMetric(WAITING, 1);
        first.cancel(true);
        assertThat(third.join().statusCode()).isEqualTo(200);
    }

    @Test
    void shortRequestsDoNotWaitForLongOnes() {
        serve(2, 0, Duration.ofMinutes(10));
        CompletableFuture<HttpResponse<String>> slow = begin(LONG.formatted(false));
        awaitMetric(RUNNING, 1);
        assertThat(served.post(COMPLETIONS, SHORT).status()).isEqualTo(200);
        assertThat(slow).isNotDone();
        slow.cancel(true);
    }

    @Test
    void theTimeLimitEndsARequest() throws IOException {
        serve(1, 4, Duration.ofMillis(300));
        Answer late = served.post(COMPLETIONS, LONG.formatted(false));
        assertThat(late.status()).isEqualTo(504);
        assertThat(late.error().path("code").textValue()).isEqualTo("timeout");
        assertThat(late.error().path("message").textValue()).contains("--time-limit");
        // A stream has begun by then, so it says so in an event.
        String events = served.post(COMPLETIONS, LONG.formatted(true)).response().body();
        assertThat(events).contains("\"code\":\"timeout\"").doesNotContain("[DONE]");
    }

    @Test
    void whoWaitedTooLongIsTold() {
        serve(1, 4, Duration.ofNanos(1));
        Answer late = served.post(COMPLETIONS, SHORT);
        assertThat(late.status()).isEqualTo(504);
        assertThat(late.error().path("message").textValue()).contains("for its turn", "--time-limit");
    }

    @Test
    void whatIsUnderWayMayEndWhileTheServerDrains() throws InterruptedException {
        serve(1, 4, Duration.ofMinutes(10));
        CompletableFuture<HttpResponse<String>> running = begin(LONG.formatted(false).replace("2000", "800"));
        awaitMetric(RUNNING, 1);
        CompletableFuture<HttpResponse<String>> waiting = begin(SHORT);
        awaitMetric(WAITING, 1);
        CompletableFuture<Boolean> drained = CompletableFuture.supplyAsync(() -> {
            try {
                return served.scheduler().drain(Duration.ofMinutes(2));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        ServedModel.await("not ready", () -> served.get("/health/ready").status() == 503);
        assertThat(served.get("/health/live").status()).isEqualTo(200);
        Answer refused = served.post(COMPLETIONS, SHORT);
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.error().path("code").textValue()).isEqualTo("shutting_down");
        assertThat(running.join().statusCode()).isEqualTo(200);
        assertThat(waiting.join().statusCode()).isEqualTo(200);
        assertThat(drained.join()).isTrue();
    }

    @Test
    void whatDoesNotEndInTimeIsCutOff() throws InterruptedException {
        serve(1, 4, Duration.ofMinutes(10));
        CompletableFuture<HttpResponse<String>> running = begin(LONG.formatted(false));
        awaitMetric(RUNNING, 1);
        assertThat(served.scheduler().drain(Duration.ofMillis(1))).isFalse();
        served.scheduler().close();
        assertThat(running.join().statusCode()).isEqualTo(503);
        served.server().awaitAnswers(Duration.ofMinutes(1));
        assertThat(served.get("/health/live").status()).isEqualTo(503);
    }
}
