package com.alphaheng.protocol;

/// Names and shapes of the Kafka topics.
public final class Topics {
    /// The event log: the coordinator's only durable state. One partition, kept for ever, written in transactions.
    public static final String ROADMAP = "heng.roadmap";
    /// Coordinator to workers, keyed by worker id; partition = [#partitionOf].
    public static final String ASSIGNMENTS = "heng.assignments";
    /// Workers to coordinator, keyed by worker id.
    public static final String REPORTS = "heng.reports";
    /// Output of attempts, keyed by [AttemptId#taskKey].
    public static final String LOGS = "heng.logs";

    /// Partitions of [#ASSIGNMENTS]; a worker reads exactly one and filters by its id.
    public static final int ASSIGNMENT_PARTITIONS = 16;

    private Topics() {
    }

    /// The partition of [#ASSIGNMENTS] that carries what is meant for this worker.
    public static int partitionOf(String workerId) {
        return Math.floorMod(workerId.hashCode(), ASSIGNMENT_PARTITIONS);
    }
}
