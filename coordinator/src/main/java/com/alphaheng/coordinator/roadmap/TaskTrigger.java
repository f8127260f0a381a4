package com.alphaheng.coordinator.roadmap;

/// What moves a task from one status to the next.
enum TaskTrigger {
    /// Every dependency has succeeded.
    DEPENDENCIES_MET,
    /// A dependency failed, was cancelled or was skipped.
    DEPENDENCY_DIED,
    /// A dependency that had ended is open again.
    DEPENDENCY_REOPENED,
    /// A worker got it.
    ASSIGNED,
    ATTEMPT_SUCCEEDED,
    /// The last attempt failed and no retry is left.
    ATTEMPT_FAILED,
    /// The attempt failed or was lost, and the task will be tried again.
    ATTEMPT_REQUEUED,
    CANCELLED,
    /// Somebody asked for another try of a task that had ended, or changed it.
    REOPENED
}
