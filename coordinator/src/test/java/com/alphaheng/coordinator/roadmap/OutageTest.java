package com.alphaheng.coordinator.roadmap;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.protocol.WorkerMessage;
import com.alphaheng.protocol.WorkerProfile;
import com.alphaheng.spec.TaskKind;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// The broker goes away and comes back, again and again, while workers beat and one of them dies: under a thousand
/// seeds no living worker is ever given up, and the dead one is noticed soon.
class OutageTest {
    private static final int SEEDS = 1_000;
    private static final int WORKERS = 5;
    private static final int STEP_MILLIS = 250;
    private static final int STEPS = 400;
    private static final int BEAT_STEPS = 12;
    /// How late a worker may find the broker again.
    private static final int LATEST_RETURN_STEPS = 2_000 / STEP_MILLIS;
    /// The broker stays for at least as long as whoever returns to it.
    private static final int SHORTEST_STAY_STEPS = 4_000 / STEP_MILLIS;
    private static final int LOOK_STEPS = 2;
    private static final RoadmapPolicy POLICY = RoadmapPolicy.DEFAULT;
    private static final int LEASE_STEPS = (int) POLICY.lease().toMillis() / STEP_MILLIS;
    private static final int LONGEST_STEPS = (int) POLICY.longOutage().toMillis() / STEP_MILLIS;
    private static final int RETURNING_STEPS = (int) POLICY.returning().toMillis() / STEP_MILLIS;

    private static final class World {
        private final SplittableRandom random;
        private final RoadmapDecider decider = new RoadmapDecider(POLICY);
        private final RoadmapState state = new RoadmapState();
        private final long[] sequences = new long[WORKERS];
        private final int[] nextBeat = new int[WORKERS];
        private final int[] backAt = new int[WORKERS];
        private int awayUntil;
        private int step;

        World(long seed) {
            random = new SplittableRandom(seed);
            for (int worker = 0; worker < WORKERS; worker++) {
                nextBeat[worker] = random.nextInt(BEAT_STEPS);
                decide(new RoadmapCommand.HearWorker(new WorkerMessage.Hello(id(worker), id(worker), 0,
                        new WorkerProfile(Map.of(), EnumSet.allOf(TaskKind.class), List.of(), 1, 2, 0, 1L << 34,
                        "simulated"), List.of())));
            }
        }

        private void decide(RoadmapCommand command) {
            decider.decide(state, command, Instant.EPOCH.plusMillis((long) step * STEP_MILLIS)).events()
                    .forEach(state::replay);
        }

        /// Returns when it was noticed that this worker died at this step, in steps since.
        private int run(int dead, int death) {
            for (step = 1; step < STEPS; step++) {
                if (awayUntil + SHORTEST_STAY_STEPS <= step && random.nextInt(60) == 0) {
                    awayUntil = step + 4 + random.nextInt(LONGEST_STEPS - 4);
                    for (int worker = 0; worker < WORKERS; worker++) {
                        backAt[worker] = awayUntil + random.nextInt(LATEST_RETURN_STEPS);
                    }
                }
                for (int worker = 0; worker < WORKERS; worker++) {
                    if (!(worker == dead && step >= death) && nextBeat[worker] <= step && backAt[worker] <= step) {
                        nextBeat[worker] = step + BEAT_STEPS;
                        decide(new RoadmapCommand.HearWorker(new WorkerMessage.Heartbeat(id(worker), id(worker),
                                ++sequences[worker], List.of())));
                    }
                }
                decide(new RoadmapCommand.Tick(awayUntil <= step));
                for (int worker = 0; worker < WORKERS; worker++) {
                    boolean online = state.findWorker(id(worker)).orElseThrow().presence() == Worker.Presence.ONLINE;
                    if (worker == dead && !online) {
                        return step - death;
                    }
                    assertThat(online).as("worker %d lives at step %d", worker, step).isTrue();
                }
            }
            throw new AssertionError("never noticed");
        }

        private static String id(int worker) {
            return "w" + worker;
        }
    }

    @Test
    void livingWorkersAreKeptAndDeadOnesNoticed() {
        for (long seed = 0; seed < SEEDS; seed++) {
            World world = new World(seed);
            int death = 20 + world.random.nextInt(100);
            int noticed;
            try {
                noticed = world.run(world.random.nextInt(WORKERS), death);
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
            assertThat(noticed).as("seed %d", seed).isLessThan(STEPS / 2);
        }
    }

    /// What an outage adds to the time until a death is noticed is its own length at most, and mostly less.
    @Test
    void anOutageCostsNoMoreThanItself() {
        for (int before = 0; before < LEASE_STEPS; before++) {
            for (int outage = 13; outage < LONGEST_STEPS; outage++) {
                int noticed = noticed(new World(0), before, outage);
                int afterwards = Math.min(RETURNING_STEPS, LEASE_STEPS - before);
                assertThat(noticed).as("%d before, %d away", before, outage)
                        .isLessThanOrEqualTo(Math.max(LEASE_STEPS, before + outage + afterwards) + LOOK_STEPS);
            }
        }
    }

    /// All say hello and die.
    private static int noticed(World world, int before, int outage) {
        world.decide(new RoadmapCommand.Tick(true));
        while (world.state.findWorker("w0").orElseThrow().presence() == Worker.Presence.ONLINE) {
            world.step++;
            world.decide(new RoadmapCommand.Tick(world.step <= before || world.step > before + outage));
        }
        return world.step;
    }
}
