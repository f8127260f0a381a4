package com.alphaheng.coordinator.roadmap;

/// Where a task stands. Which changes are possible is data: see [Transitions].
public enum TaskStatus {
    /// A dependency has not succeeded yet.
    WAITING,
    /// Could run; waits for a worker, the end of a backoff, or the end of a pause.
    READY,
    /// An attempt holds its lease.
    RUNNING,
    SUCCEEDED,
    FAILED,
    /// A dependency failed, was cancelled or skipped; reopened when that one is retried.
    SKIPPED,
    CANCELLED;

    /// Whether nothing more happens to the task unless somebody asks for it.
    public boolean ended() {
        return this == SUCCEEDED || dead();
    }

    /// Whether tasks that depend on one in this status cannot run.
    public boolean dead() {
        return this == FAILED || this == SKIPPED || this == CANCELLED;
    }
}
