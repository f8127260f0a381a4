package com.alphaheng.worker.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.protocol.AttemptId;
import com.alphaheng.protocol.AttemptResult;
import com.alphaheng.protocol.AttemptResult.Metric;
import com.alphaheng.protocol.AttemptResult.Outcome;
import com.alphaheng.protocol.JobSpec;
import com.alphaheng.spec.BenchmarkSpec;
import com.alphaheng.spec.BenchmarkSpec.Better;
import com.alphaheng.spec.TaskKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AttemptRunnerTest {
    private static final AttemptId ATTEMPT = new AttemptId("c", "t", 4);
    private final List<String> stages = new ArrayList<>();
    private final StopSwitch stop = new StopSwitch();

    @Test
    void aVerifyCommandThatExitsWithZeroSucceeds() {
        FakeWorld world = new FakeWorld(script -> FakeWorld.exits(0, "ok"));
        AttemptResult result = run(world, Tasks.verify("./marlin parity"));
        assertThat(result.outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(result.exitStatus()).contains(0);
        assertThat(result.commit()).isEqualTo("tip");
        assertThat(result.machine()).isEqualTo("a machine");
        assertThat(stages).containsExactly("preparing", "verifying");
        assertThat(world.openCheckouts).isZero();
        assertThat(world.requests.getFirst().environment()).containsEntry("HENG_TASK", "t")
                .containsEntry("HENG_CAMPAIGN", "c").containsEntry("HENG_EPOCH", "4").containsKey("HENG_BUILD_CACHE");
    }

    @Test
    void aFailureNamesTheStatusAndTheLineThatExplainsIt() {
        FakeWorld world = new FakeWorld(script -> FakeWorld.exits(1, "expected 7 got 8",
                "[ERROR] -> [Help 1]", "[ERROR] Re-run Maven using the -X switch", "[ERROR] ", "  ", "-----"));
        AttemptResult result = run(world, Tasks.verify("x"));
        assertThat(result.outcome()).isEqualTo(Outcome.VERIFICATION_FAILED);
        assertThat(result.reason()).isEqualTo("the verify command failed with exit status 1: expected 7 got 8");
        assertThat(run(new FakeWorld(script -> FakeWorld.exits(127)), Tasks.verify("x")).reason()).isEqualTo(
                "the verify command failed with exit status 127 (command not found): "
                + "it printed nothing that explains it");
    }

    @Test
    void statusThreeMeansNotAvailableHere() {
        FakeWorld world = new FakeWorld(script -> FakeWorld.exits(3,
                "marlin: not available here: no Metal device", "bye"));
        assertThat(run(world, Tasks.verify("x")).reason()).isEqualTo("not available here: no Metal device");
        assertThat(run(new FakeWorld(script -> FakeWorld.exits(3, "no Metal")), Tasks.verify("x")).reason())
                .isEqualTo("not available here: no Metal");
    }

    @Test
    void anAgentTaskWithoutABackendVerifiesTheEngineAsItStands() {
        FakeWorld good = new FakeWorld(script -> FakeWorld.exits(0));
        AttemptResult result = run(good, Tasks.job(TaskKind.AGENT, Optional.of("v"), Optional.empty(),
                Duration.ofMinutes(1)));
        assertThat(result.outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(result.reason()).isEqualTo("no agent backend here: verified the engine as it stands");
        AttemptResult none = run(good, Tasks.job(TaskKind.AGENT, Optional.empty(), Optional.empty(),
                Duration.ofMinutes(1)));
        assertThat(none.outcome()).isEqualTo(Outcome.VERIFICATION_FAILED);
        assertThat(none.reason()).contains("no `verify_command`").contains("no agent backend");
    }

    @Test
    void aMachineFailureIsRetryableAndSaysWhatToDo() {
        FakeWorld world = new FakeWorld(script -> FakeWorld.exits(0));
        world.checkoutFails = Optional.of(new EnvironmentFailure(EnvironmentFailure.Code.NO_SUCH_COMMIT,
                "commit abc is not in /repo", "push it there"));
        AttemptResult result = run(world, Tasks.verify("x"));
        assertThat(result.outcome()).isEqualTo(Outcome.ENVIRONMENT_FAILED);
        assertThat(result.outcome().retryable()).isTrue();
        assertThat(result.reason()).isEqualTo("commit abc is not in /repo: push it there");
    }

    @Test
    void theTimeoutCoversAllCommandsOfTheAttempt() {
        FakeWorld world = new FakeWorld(script -> FakeWorld.measures(10));
        world.perCommand = Duration.ofSeconds(25);
        JobSpec job = Tasks.job(TaskKind.BENCHMARK, Optional.of("v"),
                Optional.of(new BenchmarkSpec("b", Optional.of("a"), "speed", Better.HIGHER, 0, Optional.empty(),
                        false, 0)),
                Duration.ofSeconds(60));
        AttemptResult result = run(world, job);
        assertThat(result.outcome()).isEqualTo(Outcome.TIMED_OUT);
        assertThat(result.reason()).contains("1m").contains("timeout:");
        assertThat(world.requests.get(2).timeLimit()).isEqualTo(Duration.ofSeconds(10));
        assertThat(world.ran).hasSize(3);
    }

    @Test
    void aStoppedAttemptSaysSo() {
        FakeWorld world = new FakeWorld(script -> {
            stop.stop(StopReason.TOLD_TO_STOP);
            return new Commands.Killed(Commands.Cause.STOPPED, List.of(), Duration.ZERO);
        });
        assertThat(run(world, Tasks.verify("x")).outcome()).isEqualTo(Outcome.STOPPED);
    }

    @Test
    void aProvenGainSucceedsWithBothSidesMetricsAndTheInterval() {
        AtomicInteger runs = new AtomicInteger();
        FakeWorld world = new FakeWorld(script -> switch (script) {
            case "a" -> FakeWorld.measures(10 + 0.01 * (runs.incrementAndGet() % 3));
            case "b" -> FakeWorld.measures(20 + 0.01 * (runs.incrementAndGet() % 2));
            default -> FakeWorld.exits(0);
        });
        AttemptResult result = run(world, Tasks.benchmark(
                new BenchmarkSpec("b", Optional.of("a"), "speed", Better.HIGHER, 0.02, Optional.empty(), false, 0),
                Optional.of("v")));
        assertThat(result.reason()).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(world.ran).containsExactly("a", "b", "a", "b", "b", "a", "a", "b", "b", "a", "a", "b", "b", "a",
                "v");
        assertThat(metric(result, "speed").samples()).hasSize(6);
        assertThat(metric(result, "baseline.speed").value()).isBetween(10.0, 10.02);
        assertThat(metric(result, "ratio").value()).isBetween(1.99, 2.01);
        assertThat(metric(result, "ratio").samples()).hasSize(3);
        assertThat(metric(result, "ratio_low").value()).isBetween(1.9, metric(result, "ratio").value());
    }

    @Test
    void aPairedCommandMeasuresBothSidesAndEachRunIsABlock() {
        FakeWorld world = new FakeWorld(script -> FakeWorld.measuresBoth(20, 10));
        AttemptResult result = run(world, Tasks.benchmark(
                new BenchmarkSpec("b", Optional.empty(), "speed", Better.HIGHER, 0.02, Optional.empty(), true, 0),
                Optional.of("v")));
        assertThat(result.outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(world.ran).containsExactly("b", "b", "b", "v");
        assertThat(metric(result, "speed").value()).isEqualTo(20);
        assertThat(metric(result, "baseline.speed").samples()).containsExactly(10.0, 10.0, 10.0);
        assertThat(metric(result, "ratio").samples()).containsExactly(2.0, 2.0, 2.0);
    }

    @Test
    void aPairedCommandWithoutItsBaseSaysWhatIsMissing() {
        FakeWorld world = new FakeWorld(script -> FakeWorld.measures(7));
        AttemptResult result = run(world, Tasks.benchmark(
                new BenchmarkSpec("b", Optional.empty(), "speed", Better.HIGHER, 0.02, Optional.empty(), true, 0),
                Optional.empty()));
        assertThat(result.outcome()).isEqualTo(Outcome.VERIFICATION_FAILED);
        assertThat(result.reason()).contains("'baseline.speed'").contains("speed = 7.0");
    }

    @Test
    void noGainIsNoSuccessWhateverTheOrder() {
        FakeWorld world = new FakeWorld(script -> FakeWorld.measures(10 + Math.random()));
        AttemptResult result = run(world, Tasks.benchmark(
                new BenchmarkSpec("b", Optional.of("a"), "speed", Better.HIGHER, 0.02, Optional.empty(), false, 0),
                Optional.of("v")));
        assertThat(result.outcome()).isEqualTo(Outcome.VERIFICATION_FAILED);
        assertThat(result.reason()).startsWith("no proven improvement: speed: ").contains("must clear 1.02");
        assertThat(world.ran).doesNotContain("v");
    }

    @Test
    void whereLowerIsBetterTheRatioIsTurnedRound() {
        FakeWorld world = new FakeWorld(script -> FakeWorld.measures(script.equals("a") ? 10 : 5));
        AttemptResult result = run(world, Tasks.benchmark(
                new BenchmarkSpec("b", Optional.of("a"), "speed", Better.LOWER, 0.02, Optional.empty(), false, 0),
                Optional.empty()));
        assertThat(result.outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(metric(result, "ratio").value()).isEqualTo(2.0);
    }

    @Test
    void withoutABaselineTheMeasurementAloneMustSucceed() {
        FakeWorld world = new FakeWorld(script -> FakeWorld.measures(7));
        AttemptResult result = run(world, Tasks.benchmark(
                new BenchmarkSpec("b", Optional.empty(), "speed", Better.HIGHER, 0, Optional.empty(), false, 0),
                Optional.empty()));
        assertThat(result.outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(result.metrics()).containsExactly(new Metric("speed", 7, "tok/s", List.of(7.0, 7.0, 7.0)));
    }

    @Test
    void aBenchmarkThatMeasuresSomethingElseSaysWhatItFound() {
        FakeWorld world = new FakeWorld(script -> FakeWorld.measures(7));
        AttemptResult result = run(world, Tasks.benchmark(
                new BenchmarkSpec("b", Optional.empty(), "latency", Better.HIGHER, 0, Optional.empty(), false, 0),
                Optional.empty()));
        assertThat(result.outcome()).isEqualTo(Outcome.VERIFICATION_FAILED);
        assertThat(result.reason()).contains("'latency'").contains("$HENG_METRICS").contains("speed = 7.0");
    }

    private static Metric metric(AttemptResult result, String name) {
        return result.metrics().stream().filter(m -> m.name().equals(name)).findFirst().orElseThrow();
    }

    private AttemptResult run(FakeWorld world, JobSpec job) {
        return new AttemptRunner(world, world, FakeWorld.noAgents(), FakeWorld.settings(), world.clocks(),
                ArtifactShelf.NONE).run(ATTEMPT, job, stop, world, stages::add);
    }
}
