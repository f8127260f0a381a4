package com.alphaheng.worker.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.alphaheng.protocol.AttemptId;
import com.alphaheng.protocol.AttemptResult.Outcome;
import com.alphaheng.protocol.JobSpec;
import com.alphaheng.protocol.Trial;
import com.alphaheng.spec.BenchmarkSpec;
import com.alphaheng.spec.BenchmarkSpec.Better;
import com.alphaheng.spec.TuneParameter;
import com.alphaheng.spec.TuneSpec;
import com.alphaheng.worker.job.Commands.Request;
import com.alphaheng.worker.job.measure.ThermalGate;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// How one configuration is measured. [SearchStudyTest] tells what that brings to a search.
class TrialsBesideBaseTest {
    private static final Map<String, String> LARGE = Map.of("tile", "8");

    private static final TuneSpec SEARCH = new TuneSpec(List.of(new TuneParameter("tile", List.of("1", "8"))),
            List.of(), TuneSpec.Search.GRID, 2, 1, "enter");

    private int runs;

    static JobSpec job(TuneSpec search, Better better, int turns) {
        return Tasks.tune(search, new BenchmarkSpec("bench", Optional.empty(), "speed", better, 0.02,
                Optional.empty(), false, turns), "check");
    }

    static TrialsBesideBase in(FakeWorld world, JobSpec job) {
        AttemptContext context = new AttemptContext(new AttemptId("c", "t", 1), job, new StopSwitch(), world, _ -> { },
                world.clocks().awake().instant().plus(Duration.ofDays(1)), world.clocks(), world, FakeWorld.settings(),
                new KeptFiles(ArtifactShelf.NONE), new ThermalGate(FakeWorld.settings().thermometer(),
                ThermalGate.Settings.OPEN, world.clocks().awake(), _ -> { }));
        return new TrialsBesideBase(context, Path.of("checkout"), "agent");
    }

    /// In a world in which each measurement finds the machine 3 % slower than the one before.
    private FakeWorld slowingDown() {
        return FakeWorld.ofRequests(request -> request.script().equals("check") ? FakeWorld.exits(0)
                : FakeWorld.measures((base(request) ? 10 : 11) * Math.pow(0.97, runs++)));
    }

    static boolean base(Request request) {
        return !request.environment().containsKey("HENG_TUNING");
    }

    private static TrialsBesideBase in(FakeWorld world, Better better, int turns) {
        return in(world, job(SEARCH, better, turns));
    }

    @Test
    void inTurnsADriftFromTurnToTurnDoesNotMatterAndEverySampleIsKept() throws Exception {
        FakeWorld world = slowingDown();
        TrialsBesideBase beside = in(world, Better.HIGHER, 4);
        Trial trial = beside.take(LARGE);
        assertThat(trial.value().orElseThrow()).isCloseTo(1.1, within(1e-9));
        assertThat(world.ran).as("base, configuration, configuration, base").startsWith("check", "start bench",
                "turn bench", "start bench").hasSize(1 + 2 + 2 + 3 * 4 + 1 + 2 + 2);
        assertThat(trial.samples()).hasSize(8);
        assertThat(trial.samples().subList(0, 4)).as("pair by pair, the base first").containsExactly(
                10 * Math.pow(0.97, 3), 11 * Math.pow(0.97, 5), 10 * Math.pow(0.97, 8), 11 * Math.pow(0.97, 6));
        assertThat(beside.describe(trial)).isEqualTo("1.100 times the base in 4 turns each");
        assertThat(TrialsBesideBase.metric("m", trial, job(SEARCH, Better.HIGHER, 4).task().benchmark().orElseThrow())
                .samples()).hasSize(4).allSatisfy(ratio -> assertThat(ratio).isCloseTo(1.1, within(0.07)));
    }

    @Test
    void withoutTurnsItRunsBetweenTwoRunsOfTheBaseWhichNeighboursShare() throws Exception {
        FakeWorld world = slowingDown();
        TrialsBesideBase beside = in(world, Better.LOWER, 0);
        Trial first = beside.take(LARGE);
        Trial second = beside.take(LARGE);
        assertThat(List.of(first, second)).allSatisfy(trial ->
                assertThat(trial.value().orElseThrow()).as("less is better").isCloseTo(1 / 1.1, within(1e-9)));
        assertThat(first.samples()).hasSize(3);
        assertThat(second.samples().getFirst()).isEqualTo(first.samples().getLast());
        assertThat(world.ran).containsExactly("check", "bench", "bench", "bench", "bench", "check", "bench", "bench");
    }

    @Test
    void aTrialDuringWhichTheMachineSleptIsMeasuredAgain() throws Exception {
        FakeWorld[] world = new FakeWorld[1];
        world[0] = FakeWorld.ofRequests(request -> {
            if (runs++ == 4) {
                world[0].sleep(Duration.ofMinutes(30));
            }
            return FakeWorld.measures(base(request) ? 10 : 12);
        });
        assertThat(in(world[0], Better.HIGHER, 4).take(LARGE).value().orElseThrow()).isCloseTo(1.2, within(1e-9));
        assertThat(world[0].ran).filteredOn("start bench"::equals).hasSize(4);
        assertThat(world[0].output).contains("worker: measured again: the machine slept, or its clock was set, by "
                + "1800 s");
    }

    @Test
    void inTurnsAConfigurationThatFailsIsAResultAndABaseThatFailsEndsTheSearch() throws Exception {
        FakeWorld wrong = FakeWorld.ofRequests(request -> base(request) || request.script().equals("check")
                ? FakeWorld.measures(10) : FakeWorld.exits(1, "tile too large"));
        Trial trial = in(wrong, Better.HIGHER, 4).take(LARGE);
        assertThat(trial.value()).isEmpty();
        assertThat(trial.note()).isEqualTo("the benchmark command failed with exit status 1: tile too large");
        FakeWorld broken = FakeWorld.ofRequests(request -> request.script().equals("check") ? FakeWorld.exits(0)
                : base(request) ? FakeWorld.exits(1, "no model") : FakeWorld.measures(10));
        assertThatThrownBy(() -> in(broken, Better.HIGHER, 4).take(LARGE)).isInstanceOfSatisfying(StepEnded.class,
                ended -> {
                    assertThat(ended.result().outcome()).isEqualTo(Outcome.VERIFICATION_FAILED);
                    assertThat(ended.result().reason()).isEqualTo("the base could not be measured, without "
                            + "$HENG_TUNING: the benchmark command ended with exit status 1, no model");
                });
    }
}
