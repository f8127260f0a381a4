package com.alphaheng.protocol;

/// One try at one task. The epoch grows with every assignment of the task; whoever presents an older one is refused.
public record AttemptId(String campaign, String task, int epoch) {
    /// The Kafka key of everything said about the task: all its records share a partition.
    public String taskKey() {
        return campaign + "/" + task;
    }

    @Override
    public String toString() {
        return taskKey() + "#" + epoch;
    }
}
