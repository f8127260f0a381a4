package com.alphaheng.coordinator.roadmap;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// A snapshot and the rest of the log must lead to exactly what the whole log leads to: every field, and every
/// decision that is taken next.
class SnapshotTest {
    private static final int SEEDS = 150;

    @Test
    void aSnapshotAndTheRestOfTheLogAreTheWholeLog() {
        int compared = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            List<RoadmapEvent.Durable> log = new Simulation(seed).run().log;
            SplittableRandom random = new SplittableRandom(seed);
            for (int cut = 0; cut < 3; cut++) {
                int place = random.nextInt(log.size() + 1);
                RoadmapState prefix = replay(new RoadmapState(), log.subList(0, place));
                if (!withinSubmission(log.subList(0, place))) {
                    RoadmapState rebuilt = rebuilt(images(prefix));
                    assertThat(StateDump.of(rebuilt)).as("seed %d, %d of %d facts", seed, place, log.size())
                            .isEqualTo(StateDump.of(prefix));
                    replay(rebuilt, log.subList(place, log.size()));
                    RoadmapState whole = replay(new RoadmapState(), log);
                    assertThat(StateDump.of(rebuilt)).as("seed %d, %d facts and the rest", seed, place)
                            .isEqualTo(StateDump.of(whole));
                    assertThat(next(rebuilt)).as("seed %d: what is decided next", seed).isEqualTo(next(whole));
                    compared++;
                }
            }
        }
        assertThat(compared).isGreaterThan(SEEDS);
    }

    /// Snapshots are taken at the end of a transaction, and a submission is one.
    private static boolean withinSubmission(List<RoadmapEvent.Durable> log) {
        for (RoadmapEvent.Durable event : log.reversed()) {
            switch (event) {
                case RoadmapEvent.SubmissionAccepted _ -> {
                    return false;
                }
                case RoadmapEvent.TaskAdded _, RoadmapEvent.TaskChanged _, RoadmapEvent.TaskRemoved _ -> {
                    return true;
                }
                default -> { /* of something else */ }
            }
        }
        return false;
    }

    @Test
    void administrationIsInTheSnapshot() {
        Instant at = Instant.parse("2026-01-01T00:00:00Z");
        RoadmapState state = replay(new RoadmapState(), List.of(
                new RoadmapEvent.TokenIssued("ann", Role.ADMIN, "aa", Optional.of(at.plusSeconds(9)), "x", at),
                new RoadmapEvent.TokenIssued("bob", Role.VIEWER, "bb", Optional.empty(), "ann", at),
                new RoadmapEvent.TokenRevoked("bob", "ann", at),
                new RoadmapEvent.EnrolmentOffered("cc", Optional.of("w1"), at.plusSeconds(9), "ann", at),
                new RoadmapEvent.LimitSet(LimitScope.BACKEND, "codex", Optional.of(3), "ann", at),
                new RoadmapEvent.LimitSet(LimitScope.WORKER, "w1", Optional.of(0), "ann", at),
                new RoadmapEvent.WebhookAdded("hook", "http://h", "s", Optional.empty(), List.of(), "ann", at),
                new RoadmapEvent.CampaignOpened("c", at),
                new RoadmapEvent.CampaignPaused("c", "ann", at),
                new RoadmapEvent.CampaignResumed("c", "ann", at),
                new RoadmapEvent.WebhookAnswered("hook", 1, "campaign.paused", true, 2, "200", at)));
        assertThat(state.administration().webhook("hook").orElseThrow().pending()).hasSize(1);
        assertThat(StateDump.of(rebuilt(images(state)))).isEqualTo(StateDump.of(state));
    }

    @Test
    void whatIsNoWholeSnapshotIsRefused() {
        List<byte[]> images = images(replay(new RoadmapState(), new Simulation(3).run().log));
        assertThatThrownBy(() -> rebuilt(images.subList(0, images.size() - 1)))
                .isInstanceOf(UnreadableEventException.class).hasMessageContaining("ends in the middle");
        assertThatThrownBy(() -> rebuilt(images.subList(1, images.size())))
                .isInstanceOf(UnreadableEventException.class).hasMessageContaining("out of order");
        List<byte[]> holed = new ArrayList<>(images);
        holed.remove(holed.size() - 2);
        assertThatThrownBy(() -> rebuilt(holed)).isInstanceOf(UnreadableEventException.class)
                .hasMessageContaining("is not in it");
        byte[] next = new String(images.getFirst(), UTF_8)
                .replace("\"v\":" + SnapshotCodec.VERSION, "\"v\":99").getBytes(UTF_8);
        assertThatThrownBy(() -> SnapshotCodec.decode(next)).isInstanceOf(UnreadableEventException.class)
                .hasMessageContaining("version 99 of the snapshot format");
    }

    @Test
    void aRoadmapThatHasHeardOfTheClockIsRefused() {
        RoadmapState state = new RoadmapState();
        state.replay(new RoadmapEvent.ClockTicked(true, Instant.EPOCH));
        assertThatThrownBy(() -> images(state)).isInstanceOf(IllegalArgumentException.class);
    }

    private static RoadmapState replay(RoadmapState state, List<RoadmapEvent.Durable> log) {
        log.forEach(state::replay);
        return state;
    }

    private static List<byte[]> images(RoadmapState state) {
        List<byte[]> images = new ArrayList<>();
        Snapshots.take(state, image -> images.add(SnapshotCodec.encode(image)));
        return images;
    }

    private static RoadmapState rebuilt(List<byte[]> images) {
        Snapshots.Rebuilding rebuilding = new Snapshots.Rebuilding();
        images.forEach(image -> rebuilding.accept(SnapshotCodec.decode(image)));
        return rebuilding.finish();
    }

    /// A takeover, and then all assignments and a tick a minute later, as a new coordinator would decide them.
    private static String next(RoadmapState state) {
        RoadmapDecider decider = new RoadmapDecider(RoadmapPolicy.DEFAULT);
        Instant now = state.clock().plusSeconds(1);
        StringBuilder decided = new StringBuilder();
        decide(decider, state, new RoadmapCommand.TakeOver("next"), now, decided);
        while (decide(decider, state, new RoadmapCommand.AssignReadyTasks(), now, decided)) {
            continue;
        }
        decide(decider, state, new RoadmapCommand.Tick(true), now.plusSeconds(2), decided);
        decide(decider, state, new RoadmapCommand.Tick(true), now.plusSeconds(60), decided);
        return decided.toString();
    }

    private static boolean decide(RoadmapDecider decider, RoadmapState state, RoadmapCommand command, Instant now,
                                  StringBuilder decided) {
        Decision decision = decider.decide(state, command, now);
        decision.events().forEach(event -> {
            state.replay(event);
            decided.append(event).append('\n');
        });
        return !decision.events().isEmpty();
    }
}
