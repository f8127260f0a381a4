package com.alphaheng.engine.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.engine.EngineOptions;
import com.alphaheng.engine.metal.SoftMetal;
import com.alphaheng.engine.metal.SoftMetalTest;
import com.alphaheng.engine.server.Scheduler;
import com.alphaheng.engine.server.ServedModel;
import com.alphaheng.engine.server.ServedModel.Answer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The server on a device that works beside the host, where steps are queued ahead and ids sampled by kernels: the soft
/// Metal.
@SoftMetalTest
@Tag("slow")
class MetalServingTest {

    private static final String COMPLETIONS = "/v1/completions";
    private static final List<String> BODIES = List.of(
        "{\"prompt\": \"public class \", \"temperature\": 0, \"max_tokens\": 12}",
        "{\"prompt\": \"return new \", \"temperature\": 1, \"seed\": 3, \"top_k\": 20, \"max_tokens\": 12}",
        "{\"prompt\": \"import java\", \"temperature\": 0, \"max_tokens\": 5}");

    private ServedModel served;

    @BeforeEach
    void serve() {
        SoftMetal.set("checks", 0);
        served = new ServedModel(EngineOptions.defaults().withBackend("metal"),
            new Scheduler.Options(2, 64, 8, Duration.ofMinutes(10)), Optional.empty(), Optional.empty(), 1 << 16);
    }

    @AfterEach
    void stop() {
        SoftMetal.inject("timeout", 0, 0);
        served.close();
        SoftMetal.set("checks", 1);
    }

    private String text(String body) {
        Answer answer = served.post(COMPLETIONS, body);
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        return answer.json().at("/choices/0/text").textValue();
    }

    @Test
    void takingTurnsChangesNothing() {
        List<String> alone = BODIES.stream().map(this::text).toList();
        List<CompletableFuture<String>> together = BODIES.stream()
            .map(body -> CompletableFuture.supplyAsync(() -> text(body))).toList();
        assertThat(together.stream().map(CompletableFuture::join).toList()).isEqualTo(alone);
        assertThat(served.metric("marlin_decode_submissions_per_token")).isPositive();
        assertThat(served.metric("marlin_device_host_waits_total{phase=\"decode\"}"))
            .isLessThan(served.metric("marlin_generated_tokens_total"));
    }

    @Test
    void aSessionThatFailedBehindItsLastRequestCostsNothing() {
        String expected = text(BODIES.getFirst());
        SoftMetal.inject("timeout", 1, 3);
        ServedModel.await("the steps queued ahead have failed", () -> {
            Answer answer = served.post(COMPLETIONS, BODIES.getFirst());
            return answer.status() == 200 && answer.json().at("/choices/0/text").textValue().equals(expected);
        });
        assertThat(served.metric("marlin_sessions")).isEqualTo(2);
    }

    @Test
    void aFailedDeviceCostsOneRequestAndTheNextIsAnswered() {
        String expected = text(BODIES.getFirst());
        // Of the last request up to 16 steps may still be queued; the next one needs more than two beyond them.
        SoftMetal.inject("timeout", 18, 1);
        Answer failed = served.post(COMPLETIONS, BODIES.getFirst().replace("12", "40").replace("}",
            ", \"ignore_eos\": true}"));
        assertThat(failed.status()).isEqualTo(500);
        assertThat(failed.error().path("code").textValue()).isEqualTo("device_failed");
        assertThat(failed.error().path("type").textValue()).isEqualTo("server_error");
        assertThat(failed.error().path("message").textValue()).startsWith("the device failed: ")
            .contains("The next request gets a new session");
        assertThat(served.log).anyMatch(line -> line.contains("DeviceException"));
        assertThat(text(BODIES.getFirst())).isEqualTo(expected);
        assertThat(served.get("/health/ready").status()).isEqualTo(200);
        assertThat(served.metric("marlin_sessions")).isEqualTo(2);
    }
}
