package com.alphaheng.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alphaheng.spec.BenchmarkSpec;
import com.alphaheng.spec.Budget;
import com.alphaheng.spec.Category;
import com.alphaheng.spec.Priority;
import com.alphaheng.spec.Requirements;
import com.alphaheng.spec.RetryPolicy;
import com.alphaheng.spec.SourceLocation;
import com.alphaheng.spec.TaskKind;
import com.alphaheng.spec.TaskSpec;
import com.alphaheng.spec.TuneConstraint;
import com.alphaheng.spec.TuneParameter;
import com.alphaheng.spec.TuneSpec;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ProtocolCodecTest {
    private static final AttemptId ATTEMPT = new AttemptId("roadmap", "eliminate-eos-sync", 3);
    private static final Trial TRIAL = new Trial(Map.of("cpu.spins", "100"), Optional.of(1.25),
            List.of(4.0, 5.0, 4.0), "");
    private static final Instant NOW = Instant.parse("2026-11-23T06:30:00.123456789Z");

    @Test
    void everyCoordinatorMessageSurvivesARoundTrip() {
        for (CoordinatorMessage message : List.of(
                new CoordinatorMessage.Assignment("w1", "i1", ATTEMPT, Duration.ofSeconds(9),
                        new JobSpec(fullTask(), Optional.of("abc123"), List.of(new JobSpec.ShareResult("w2",
                                List.of(TRIAL))), List.of("conflicts in a.c"), List.of("4f2a91c7"))),
                new CoordinatorMessage.StopAttempt("w1", "i1", ATTEMPT, "cancelled"),
                new CoordinatorMessage.IntroduceYourself("w1", "i1"))) {
            assertThat(ProtocolCodec.decodeCoordinatorMessage(ProtocolCodec.encode(message))).isEqualTo(message);
        }
    }

    @Test
    void everyWorkerMessageSurvivesARoundTrip() {
        var profile = new WorkerProfile(Map.of("os", "linux"), Set.of(TaskKind.VERIFY), List.of("codex"), 1, 2, 0,
                1L << 34, "AMD EPYC");
        var result = new AttemptResult(AttemptResult.Outcome.SUCCEEDED, "", Optional.of(0), NOW, NOW.plusSeconds(5),
                List.of(new AttemptResult.Metric("decode_tokens_per_second", 35.5, "tok/s", List.of(35.0, 36.0))),
                "abc123", "linux", List.of(), List.of(TRIAL));
        for (WorkerMessage message : List.of(
                new WorkerMessage.Hello("w1", "i1", 1, profile, List.of(ATTEMPT)),
                new WorkerMessage.Heartbeat("w1", "i1", 2, List.of()),
                new WorkerMessage.AttemptProgress("w1", "i1", 3, ATTEMPT, "verifying", NOW),
                new WorkerMessage.AttemptFinished("w1", "i1", 4, ATTEMPT, result),
                new WorkerMessage.Goodbye("w1", "i1", 5, "stopped by user"))) {
            assertThat(ProtocolCodec.decodeWorkerMessage(ProtocolCodec.encode(message))).isEqualTo(message);
        }
    }

    @Test
    void logChunksSurviveARoundTrip() {
        var chunk = new LogChunk(ATTEMPT, 7, "verify", NOW, "line\nwith \"quotes\" and \u2713\n");
        assertThat(ProtocolCodec.decodeLogChunk(ProtocolCodec.encode(chunk))).isEqualTo(chunk);
    }

    @Test
    void whatIsNotUnderstoodIsRefusedWithTheReason() {
        assertThatThrownBy(() -> ProtocolCodec.decodeWorkerMessage("{\"v\":2,\"type\":\"Heartbeat\"}".getBytes(UTF_8)))
                .isInstanceOf(ProtocolException.class).hasMessageContaining("version 2").hasMessageContaining("same");
        assertThatThrownBy(() -> ProtocolCodec.decodeWorkerMessage("{\"v\":1,\"type\":\"Gossip\"}".getBytes(UTF_8)))
                .isInstanceOf(ProtocolException.class).hasMessageContaining("'Gossip'");
        assertThatThrownBy(() -> ProtocolCodec.decodeWorkerMessage(
                ProtocolCodec.encode(new CoordinatorMessage.IntroduceYourself("w", "i"))))
                .isInstanceOf(ProtocolException.class).hasMessageContaining("IntroduceYourself");
        assertThatThrownBy(() -> ProtocolCodec.decodeLogChunk("not json".getBytes(UTF_8)))
                .isInstanceOf(ProtocolException.class);
        assertThatThrownBy(() -> ProtocolCodec.decodeLogChunk(new byte[0])).isInstanceOf(ProtocolException.class);
    }

    private static TaskSpec fullTask() {
        return new TaskSpec("eliminate-eos-sync", "prompt: with\ncolons", Priority.P0, List.of("profile-decode"),
                Optional.of("./marlin parity"), TaskKind.BENCHMARK, Category.SYNC_ELIMINATION,
                new Requirements(Map.of("os", "macos"), 8, 1L << 30), List.of("codex"), Duration.ofMinutes(10),
                RetryPolicy.DEFAULT, List.of("inference-engine/**"),
                new Budget(Optional.of(new BigDecimal("1.25")), Optional.of(100_000L), Optional.empty()),
                Optional.of(new BenchmarkSpec("./marlin bench", Optional.of("./marlin bench --optimizations none"),
                        "decode_tokens_per_second", BenchmarkSpec.Better.HIGHER, 0.02, Optional.of("syncs"), false, 0)),
                Optional.of(new TuneSpec(List.of(new TuneParameter("cpu.spins", List.of("0", "100"))),
                        List.of(new TuneConstraint("cpu.spins < 200")), TuneSpec.Search.GRID, 2, 1, "./enter", 2,
                        Optional.of(new TuneSpec.Share("s", 1, 2, 2)))),
                List.of("reports/**"), new SourceLocation("eliminate_syncs.yaml", 3, 5));
    }
}
