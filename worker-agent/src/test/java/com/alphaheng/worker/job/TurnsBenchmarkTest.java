package com.alphaheng.worker.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.protocol.AttemptId;
import com.alphaheng.protocol.AttemptResult;
import com.alphaheng.protocol.AttemptResult.Outcome;
import com.alphaheng.spec.BenchmarkSpec;
import com.alphaheng.spec.BenchmarkSpec.Better;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Benchmarks of commands that stay and measure in turns.
class TurnsBenchmarkTest {
    private static final BenchmarkSpec SPEC = inTurns(4);

    private int turn;

    @Test
    void eachBlockStartsBothAnewAndTakesTurns() {
        FakeWorld world = new FakeWorld(script -> FakeWorld.measures(script.equals("a") ? 10 : 11));
        AttemptResult result = run(world);
        assertThat(result.outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(world.ran).hasSize(3 * 16).startsWith("start a", "turn a", "start b", "turn b",
                "turn a", "turn b", "turn b", "turn a", "turn a", "turn b", "turn b", "turn a",
                "end a", "end b", "close b", "close a",
                "start b", "turn b", "start a", "turn a", "turn b", "turn a", "turn a", "turn b");
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

    /// Of each side, the first turn warms up; after it, two turns make a pair.
    @Test
    void bothOfAPairDrawTheSameInputsAndNoOtherPairDoes() {
        FakeWorld world = new FakeWorld(script -> FakeWorld.measures(script.equals("a") ? 10 : 11));
        run(world);
        List<Long> seeds = new ArrayList<>();
        for (int block = 0; block < 3; block++) {
            List<Long> drawn = world.seeds.subList(10 * block, 10 * (block + 1));
            seeds.addAll(drawn.subList(0, 2));
            for (int pair = 2; pair < 10; pair += 2) {
                assertThat(drawn.get(pair)).isEqualTo(drawn.get(pair + 1));
                seeds.add(drawn.get(pair));
            }
        }
        assertThat(world.seeds).hasSize(30);
        assertThat(seeds).doesNotHaveDuplicates();
    }

    /// As a candidate does that leaves work on a GPU: the base runs at 90 % right after it.
    @Test
    void aCandidateThatSlowsTheBaseDownGainsNothingByIt() {
        List<String> before = new ArrayList<>(List.of(""));
        FakeWorld world = new FakeWorld(script -> {
            boolean hindered = script.equals("a") && before.getLast().equals("b");
            before.add(script);
            return FakeWorld.measures((hindered ? 9 : 10) * (1 + 0.001 * (before.size() % 7)));
        });
        AttemptResult result = run(world, inTurns(12));
        assertThat(result.outcome()).isEqualTo(Outcome.VERIFICATION_FAILED);
        assertThat(result.reason()).startsWith("no fair comparison: the base is 1.11").contains("on a GPU too");
        assertThat(result.metrics()).filteredOn(metric -> metric.name().equals("carry_over")).singleElement()
                .satisfies(lost -> assertThat(lost.samples()).hasSizeGreaterThanOrEqualTo(3)
                        .allSatisfy(block -> assertThat(block).isBetween(1.1, 1.13)));
    }

    /// Cold caches meet both alike.
    @Test
    void whatBothLoseAfterTheOtherIsNobodysFault() {
        List<String> before = new ArrayList<>(List.of(""));
        FakeWorld world = new FakeWorld(script -> {
            boolean cold = !before.getLast().equals(script);
            before.add(script);
            return FakeWorld.measures((script.equals("a") ? 10 : 10.5) * (cold ? 0.9 : 1)
                    * (1 + 0.001 * (before.size() % 7)));
        });
        assertThat(run(world, inTurns(12)).outcome()).isEqualTo(Outcome.SUCCEEDED);
    }

    private static BenchmarkSpec inTurns(int turns) {
        return new BenchmarkSpec("b", Optional.of("a"), "speed", Better.HIGHER, 0.02, Optional.empty(), false, turns);
    }

    @Test
    void processesThatMeasureOnceGetTheirSeedsInPairsToo() {
        FakeWorld world = new FakeWorld(script -> FakeWorld.measures(script.equals("a") ? 10 : 11));
        run(world, inTurns(0));
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
