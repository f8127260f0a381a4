package com.alphaheng.worker.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.protocol.AttemptId;
import com.alphaheng.protocol.AttemptResult;
import com.alphaheng.protocol.AttemptResult.Outcome;
import com.alphaheng.spec.BenchmarkSpec;
import com.alphaheng.spec.BenchmarkSpec.Better;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Benchmarks of commands that stay and measure in turns.
class TurnsBenchmarkTest {
    private static final BenchmarkSpec SPEC = new BenchmarkSpec("b", Optional.of("a"), "speed", Better.HIGHER, 0.02,
            Optional.empty(), false, 4);

    private int turn;

    @Test
    void eachBlockStartsBothAnewAndTakesTurns() {
        FakeWorld world = new FakeWorld(script -> FakeWorld.measures(script.equals("a") ? 10 : 11));
        AttemptResult result = run(world);
        assertThat(result.outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(world.ran).hasSize(3 * 21).startsWith("start a", "turn a", "start b", "turn b", "turn a",
                "turn a", "turn b", "turn b", "turn b", "turn a", "turn a", "turn a", "turn b", "turn b", "turn b",
                "turn a", "turn a", "end a", "end b", "close b", "close a",
                "start b", "turn b", "start a", "turn a", "turn b", "turn b", "turn a", "turn a", "turn a");
        assertThat(world.requests).allSatisfy(request -> assertThat(request.environment())
                .containsEntry("HENG_TURNS", "1"));
        assertThat(world.output).contains("worker: block 2: 1.100 times the baseline",
                "worker: block 3: 1.100 times the baseline; so far 1.100 (between 1.100 and 1.100)");
        assertThat(result.metrics()).filteredOn(metric -> metric.name().equals("baseline.speed")).singleElement()
                .satisfies(speed -> assertThat(speed.samples()).as("the first turns do not count").hasSize(12));
    }

    /// The machine becomes 5 % slower from each turn to the next: more than the change brings.
    @Test
    void aDriftFromTurnToTurnDoesNotMatter() {
        FakeWorld world = new FakeWorld(script -> FakeWorld.measures((script.equals("a") ? 10 : 10.3)
                * Math.pow(0.95, turn++)));
        AttemptResult result = run(world);
        assertThat(result.outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(result.metrics()).filteredOn(metric -> metric.name().equals("ratio")).singleElement()
                .satisfies(ratio -> assertThat(ratio.value()).isBetween(1.0299, 1.0301));
    }

    @Test
    void oneThatLeavesBeforeItsTurnsAreOverIsToldWhatToDo() {
        FakeWorld world = new FakeWorld(script -> script.equals("b") && turn++ == 2 ? FakeWorld.exits(0)
                : FakeWorld.measures(10));
        AttemptResult result = run(world);
        assertThat(result.outcome()).isEqualTo(Outcome.VERIFICATION_FAILED);
        assertThat(result.reason()).isEqualTo("the benchmark command ended before its turns were over; with `turns:` "
                + "it must read a line of standard input for each, until there are no more, and add a line of metrics "
                + "to $HENG_METRICS (`./marlin bench ${HENG_TURNS:+--turns}` does)");
        assertThat(world.ran).endsWith("close b", "close a");
    }

    @Test
    void oneThatFailsSaysHow() {
        FakeWorld world = new FakeWorld(script -> script.equals("b") ? FakeWorld.exits(4, "no such model")
                : FakeWorld.measures(10));
        AttemptResult result = run(world);
        assertThat(result.outcome()).isEqualTo(Outcome.VERIFICATION_FAILED);
        assertThat(result.reason()).contains("the benchmark command").contains("exit status 4")
                .contains("no such model");
    }

    @Test
    void bothOfAPairDrawTheSameInputsAndNobodyElseDoes() {
        FakeWorld world = new FakeWorld(script -> FakeWorld.measures(script.equals("a") ? 10 : 11));
        run(world);
        List<String> sides = world.ran.stream().filter(line -> line.startsWith("turn")).toList();
        Map<Long, List<String>> sidesOfSeed = new HashMap<>();
        for (int i = 0; i < sides.size(); i++) {
            sidesOfSeed.computeIfAbsent(world.seeds.get(i), _ -> new ArrayList<>()).add(sides.get(i));
        }
        assertThat(sidesOfSeed.values()).filteredOn(drawnBy -> drawnBy.size() > 1).hasSize(3 * 4)
                .allSatisfy(drawnBy -> assertThat(drawnBy).containsExactlyInAnyOrder("turn a", "turn b"));
    }

    /// As a candidate does that leaves work on a GPU: the base is slower right after it, but only then.
    @Test
    void aCandidateThatSlowsTheBaseDownGainsNothingByIt() {
        List<String> before = new ArrayList<>(List.of("a"));
        FakeWorld world = new FakeWorld(script -> {
            boolean hindered = script.equals("a") && before.getLast().equals("b");
            before.add(script);
            return FakeWorld.measures(hindered ? 5 : 10);
        });
        AttemptResult result = run(world);
        assertThat(result.outcome()).isEqualTo(Outcome.VERIFICATION_FAILED);
        assertThat(result.reason()).startsWith("no proven improvement: speed: 1.000 times the baseline");
    }

    @Test
    void processesThatMeasureOnceGetTheirSeedsInPairsToo() {
        FakeWorld world = new FakeWorld(script -> FakeWorld.measures(script.equals("a") ? 10 : 11));
        run(world, new BenchmarkSpec("b", Optional.of("a"), "speed", Better.HIGHER, 0.02, Optional.empty(), false, 0));
        List<String> seeds = world.requests.stream().map(request -> request.environment().get("HENG_SEED")).toList();
        assertThat(seeds).hasSize(2 + 3 * 4).doesNotContainNull();
        for (int pair = 2; pair < seeds.size(); pair += 2) {
            assertThat(seeds.get(pair)).isEqualTo(seeds.get(pair + 1));
        }
        assertThat(Set.copyOf(seeds)).hasSize(2 + 3 * 2);
    }

    private static AttemptResult run(FakeWorld world) {
        return run(world, SPEC);
    }

    private static AttemptResult run(FakeWorld world, BenchmarkSpec spec) {
        return new AttemptRunner(world, world, FakeWorld.noAgents(), FakeWorld.settings(), world.clocks(),
                ArtifactShelf.NONE).run(new AttemptId("c", "t", 1), Tasks.benchmark(spec, Optional.empty()),
                new StopSwitch(), world, stage -> { });
    }
}
