package com.alphaheng.coordinator.roadmap;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Many worlds of trouble. A failure names its seed: `-Dheng.seed=N` runs that one alone.
class SimulationTest {
    private static final int FAST_SEEDS = 300;
    private static final int ALL_SEEDS = 10_000;

    @Test
    void someSeeds() {
        run(0, FAST_SEEDS);
    }

    @Test
    @Tag("slow")
    void tenThousandSeeds() {
        run(FAST_SEEDS, ALL_SEEDS);
    }

    @Test
    void theTroubleIsReal() {
        Map<String, Integer> kinds = new HashMap<>();
        for (long seed = 0; seed < 50; seed++) {
            new Simulation(seed).run().log.forEach(event ->
                    kinds.merge(event.getClass().getSimpleName(), 1, Integer::sum));
        }
        assertThat(kinds).containsKeys("AttemptLost", "AttemptFailed", "AttemptSucceeded", "WorkerLost", "WorkerLeft",
                "TaskCancelled", "TaskReopened", "TaskChanged", "CampaignPaused", "CoordinatorTookOver");
    }

    @Test
    void searchesAreSpreadAndLosePartsOnTheWay() {
        int handedOn = 0;
        int lost = 0;
        for (long seed = 0; seed < 50; seed++) {
            for (RoadmapEvent.Durable event : new Simulation(seed).run().log) {
                handedOn += event instanceof RoadmapEvent.AttemptSucceeded ended && !ended.result().trials().isEmpty()
                        ? 1 : 0;
                lost += event instanceof RoadmapEvent.AttemptLost gone && gone.attempt().task().contains("share")
                        ? 1 : 0;
            }
        }
        assertThat(handedOn).isGreaterThan(50);
        assertThat(lost).isGreaterThan(10);
    }

    private static void run(long from, long to) {
        Long only = Long.getLong("heng.seed");
        int ran = 0;
        for (long seed = only == null ? from : only; seed < (only == null ? to : only + 1); seed++) {
            try {
                new Simulation(seed).run();
                ran++;
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
        assertThat(ran).isPositive();
    }
}
