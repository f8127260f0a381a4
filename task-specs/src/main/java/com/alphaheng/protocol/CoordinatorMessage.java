package com.alphaheng.protocol;

import java.time.Duration;

/// What the coordinator says to a worker, on [Topics#ASSIGNMENTS], keyed by worker id.
public sealed interface CoordinatorMessage {
    String workerId();

    /// Which start of the worker's process is meant; a restarted worker ignores what was meant for the one before.
    String incarnation();

    /// Run this attempt. The lease ends `leaseDuration` after the last heartbeat that named it.
    record Assignment(String workerId, String incarnation, AttemptId attempt, Duration leaseDuration, JobSpec job)
            implements CoordinatorMessage {
    }

    /// Kill this attempt's processes and report nothing more of it: cancelled, or its epoch is stale.
    record StopAttempt(String workerId, String incarnation, AttemptId attempt, String reason)
            implements CoordinatorMessage {
    }

    /// The coordinator does not know this incarnation (it declared it lost, or never heard its hello): say hello again.
    record IntroduceYourself(String workerId, String incarnation) implements CoordinatorMessage {
    }
}
