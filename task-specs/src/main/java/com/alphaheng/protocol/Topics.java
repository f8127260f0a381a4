package com.alphaheng.protocol;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Names and shapes of the Kafka topics.
public final class Topics {
    /// The event log: the coordinator's only durable state. One partition, kept for ever, written in transactions.
    public static final String ROADMAP = "heng.roadmap";
    /// What the event log led to at some places, so that a start need not read all of it. Can be made again any time.
    public static final String SNAPSHOTS = "heng.snapshots";
    /// Coordinator to workers, keyed by worker id; partition = [#partitionOf].
    public static final String ASSIGNMENTS = "heng.assignments";
    /// Workers to coordinator, keyed by worker id.
    public static final String REPORTS = "heng.reports";
    /// Output of attempts, keyed by [AttemptId#taskKey].
    public static final String LOGS = "heng.logs";

    /// Partitions of [#ASSIGNMENTS]; a worker reads exactly one and filters by its id.
    public static final int ASSIGNMENT_PARTITIONS = 16;
    /// Enough for a thousand workers to report at once.
    public static final int REPORT_PARTITIONS = 8;
    public static final int LOG_PARTITIONS = 8;

    private static final String TIMESTAMPS = "message.timestamp.type";
    private static final Map<String, String> FOR_EVER = Map.of("retention.ms", "-1", "retention.bytes", "-1",
            "cleanup.policy", "delete");

    /// Every topic. Only what can be made again, or only tells of what is over, is ever deleted: a report is needed
    /// until a coordinator has read it, an assignment until its worker has, and output is for people.
    public static final List<Shape> SHAPES = List.of(
            new Shape(ROADMAP, 1, FOR_EVER),
            new Shape(SNAPSHOTS, 1, FOR_EVER),
            new Shape(ASSIGNMENTS, ASSIGNMENT_PARTITIONS, kept(Duration.ofDays(7))),
            new Shape(REPORTS, REPORT_PARTITIONS, byBrokersClock(Duration.ofDays(7))),
            new Shape(LOGS, LOG_PARTITIONS, kept(Duration.ofDays(30))));

    private Topics() {
    }

    /// How a topic must be.
    ///
    /// @param settings as Kafka names them
    public record Shape(String name, int partitions, Map<String, String> settings) {
        /// Whether it is kept for ever.
        public boolean forEver() {
            return settings.equals(FOR_EVER);
        }

        /// Settings that a topic must have also if somebody made it before; retention is up to them, except where it
        /// would lose a campaign.
        public Map<String, String> indispensable() {
            Map<String, String> needed = new HashMap<>(settings);
            needed.keySet().removeIf(name -> !forEver() && !name.equals(TIMESTAMPS));
            return needed;
        }
    }

    private static Map<String, String> kept(Duration duration) {
        return Map.of("retention.ms", Long.toString(duration.toMillis()));
    }

    /// Times of records are the broker's, so that those of different workers can be compared.
    private static Map<String, String> byBrokersClock(Duration kept) {
        return Map.of("retention.ms", Long.toString(kept.toMillis()), TIMESTAMPS, "LogAppendTime");
    }

    /// The partition of [#ASSIGNMENTS] that carries what is meant for this worker.
    public static int partitionOf(String workerId) {
        return Math.floorMod(workerId.hashCode(), ASSIGNMENT_PARTITIONS);
    }
}
