package com.alphaheng.coordinator.kafka;

import com.alphaheng.coordinator.roadmap.RoadmapEvent;
import com.alphaheng.coordinator.roadmap.RoadmapState;
import com.alphaheng.coordinator.runtime.CommitListener;
import com.alphaheng.coordinator.runtime.LogException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.KafkaException;

/// Takes a snapshot whenever the log has grown by so many facts, and by half of what the newest snapshot stands for: a
/// snapshot costs as much as there is, so that a log of n facts costs a few times n to keep, not n squared.
///
/// It reads the log itself, on a thread of its own, from the last snapshot on: the shard is never held up, and what a
/// snapshot holds is what the log says, not what the shard believes.
public final class KafkaSnapshotTaker implements CommitListener {
    private static final System.Logger LOGGER = System.getLogger(KafkaSnapshotTaker.class.getName());

    private final KafkaConnection connection;
    private final long every;
    private final AtomicBoolean busy = new AtomicBoolean();
    /// Facts that the newest snapshot is known to stand for, or facts in the log when taking one failed.
    private volatile long stands;

    /// @param every so many facts
    public KafkaSnapshotTaker(KafkaConnection connection, long every) {
        this.connection = connection;
        this.every = every;
    }

    @Override
    public void committed(RoadmapState state, List<RoadmapEvent> events, long nextOffset) {
        long facts = state.durableEvents();
        if (due(facts, stands) && busy.compareAndSet(false, true)) {
            Thread.ofPlatform().name("snapshots").daemon().start(() -> {
                try {
                    stands = takeIfNeeded();
                } catch (KafkaException | LogException e) {
                    stands = facts;
                    LOGGER.log(Level.WARNING, "no snapshot was taken; a restart just takes longer: " + e.getMessage());
                } finally {
                    busy.set(false);
                }
            });
        }
    }

    private boolean due(long facts, long inSnapshot) {
        return facts - inSnapshot >= Math.max(every, inSnapshot / 2);
    }

    /// @return facts that the newest snapshot stands for
    long takeIfNeeded() {
        long start = System.nanoTime();
        LogReplay.Result replayed = new LogReplay(connection).read();
        long facts = replayed.state().durableEvents();
        if (!due(facts, replayed.known())) {
            return replayed.known();
        }
        new KafkaSnapshots(connection).write(replayed);
        LOGGER.log(Level.INFO, "took a snapshot of " + facts + " facts in "
                + Duration.ofNanos(System.nanoTime() - start).toMillis() + " ms");
        return facts;
    }
}
