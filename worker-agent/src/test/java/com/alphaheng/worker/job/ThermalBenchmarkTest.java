package com.alphaheng.worker.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.protocol.Artifact;
import com.alphaheng.protocol.AttemptId;
import com.alphaheng.protocol.AttemptResult;
import com.alphaheng.protocol.AttemptResult.Outcome;
import com.alphaheng.spec.BenchmarkSpec;
import com.alphaheng.spec.BenchmarkSpec.Better;
import com.alphaheng.worker.job.measure.Heat;
import com.alphaheng.worker.job.measure.Thermometer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// Benchmarks on a machine that grows hot: readings before and after each block are played, `h` for hot, `c` for cool,
/// the last one for ever.
class ThermalBenchmarkTest {
    private static final BenchmarkSpec SPEC = new BenchmarkSpec("b", Optional.of("a"), "speed", Better.HIGHER, 0.02,
            Optional.empty(), false, 0);

    /// During which command the machine sleeps.
    private int sleepIn;
    private final FakeWorld world = new FakeWorld(script -> {
        if (this.world.ran.size() == sleepIn) {
            this.world.sleep(Duration.ofHours(2));
        }
        return FakeWorld.measures(script.equals("a") ? 10 : 20);
    });
    private final StopSwitch stop = new StopSwitch();
    private final Map<String, String> kept = new HashMap<>();

    @Test
    void aHotMachineIsWaitedFor() {
        AttemptResult result = run(playing("hhhhhhhhhhc"));
        assertThat(result.outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(world.ran).hasSize(2 + 3 * 4);
        assertThat(world.output).contains("worker: thermal gate: waiting up to 60 s, slowed down by heat (played)",
                "worker: thermal gate: open after 54 s, not slowed down by heat (played)");
    }

    @Test
    void oneThatStaysHotIsTheMachinesFailureNotTheTasks() {
        AttemptResult result = run(playing("h"));
        assertThat(result.outcome()).isEqualTo(Outcome.ENVIRONMENT_FAILED);
        assertThat(result.reason()).isEqualTo("no benchmark while this machine is slowed down by heat (played): let it "
                + "cool down, or raise heng.worker.thermal-wait");
        assertThat(world.ran).isEmpty();
    }

    /// Readings: before the warm-up, then before and after each block.
    @Test
    void aBlockThatGrewHotIsSetAsideAndItsSamplesAreKept() {
        AttemptResult result = run(playing("cchccccccc"));
        assertThat(result.outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(world.ran).hasSize(2 + 4 * 4);
        assertThat(world.output).contains("worker: a block is set aside: slowed down by heat (played)");
        assertThat(result.metrics()).filteredOn(metric -> metric.name().equals("speed")).singleElement()
                .satisfies(speed -> assertThat(speed.samples()).hasSize(6));
        assertThat(kept.get("worker/benchmark-1.json")).contains("\"counted\" : false", "\"counted\" : true",
                "\"governor\" : \"performance\"", "\"heatAfter\" : \"slowed down by heat (played)\"",
                "\"side\" : \"candidate\"", "\"blocks\" : 3");
    }

    @Test
    void whatHeatsUpInEveryBlockIsMeasuredAllTheSame() {
        AttemptResult result = run(playing("cchchchchchchchchchchc"));
        assertThat(result.outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(world.output.stream().filter(line -> line.contains("a block is set aside"))).hasSize(3);
        assertThat(world.ran).hasSize(2 + (3 + 3) * 4);
    }

    /// Longer than the attempt may take: that time has not passed for it.
    @Test
    void aBlockInWhichTheMachineSleptIsSetAsideAndNoTimeIsLost() {
        sleepIn = 2 + 3;
        AttemptResult result = run(playing("c"));
        assertThat(result.outcome()).as(result.reason()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(world.ran).hasSize(2 + 4 * 4);
        assertThat(world.output).contains("worker: a block is set aside: the machine slept, or its clock was set, by "
                + "7200 s");
        assertThat(kept.get("worker/benchmark-1.json")).contains("\"counted\" : false");
        assertThat(Duration.between(result.startedAt(), result.finishedAt())).as("by the calendar")
                .isGreaterThan(Duration.ofHours(2));
    }

    @Test
    void aMachineThatCannotTellSaysSoOnce() {
        AttemptResult result = run(Thermometer.NONE);
        assertThat(result.outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(world.output.stream().filter(line -> line.contains("thermal gate"))).containsExactly(
                "worker: thermal gate unavailable: unknown whether it is slowed down by heat (no thermometer)");
    }

    @Test
    void whoWaitsForItCanBeStopped() {
        AttemptResult result = run(() -> {
            stop.stop(StopReason.TOLD_TO_STOP);
            return heat(true);
        });
        assertThat(result.outcome()).isEqualTo(Outcome.STOPPED);
        assertThat(world.ran).isEmpty();
    }

    private Thermometer playing(String readings) {
        Iterator<Integer> hot = readings.chars().iterator();
        int[] last = {'c'};
        return () -> {
            last[0] = hot.hasNext() ? hot.next() : last[0];
            if (last[0] == 'h') {
                world.pass(Duration.ofSeconds(6));
            }
            return heat(last[0] == 'h');
        };
    }

    private static Heat heat(boolean hot) {
        return new Heat(Optional.of(hot), "played", OptionalDouble.empty(), OptionalDouble.empty());
    }

    private AttemptResult run(Thermometer thermometer) {
        ArtifactShelf shelf = new ArtifactShelf() {
            @Override
            public List<Artifact> keep(Path folder, List<String> globs, Consumer<String> say) {
                return List.of();
            }

            @Override
            public Artifact keepText(String path, String text) {
                kept.put(path, text);
                return new Artifact(path, "00", text.length());
            }
        };
        return new AttemptRunner(world, world, FakeWorld.noAgents(), FakeWorld.settings(thermometer), world.clocks(),
                shelf).run(new AttemptId("c", "t", 1), Tasks.benchmark(SPEC, Optional.empty()), stop, world,
                stage -> { });
    }
}
