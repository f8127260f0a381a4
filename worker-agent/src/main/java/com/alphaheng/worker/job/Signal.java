package com.alphaheng.worker.job;

import com.alphaheng.protocol.AttemptId;
import com.alphaheng.protocol.AttemptResult;
import com.alphaheng.protocol.CoordinatorMessage;
import java.time.Instant;

/// Something the [AttemptBook] must react to.
public sealed interface Signal {
    /// The worker's inbox is open: nothing sent from now on is missed.
    record Ready() implements Signal {
    }

    record Received(CoordinatorMessage message) implements Signal {
    }

    /// Time to say that we live.
    record Beat() implements Signal {
    }

    /// A heartbeat sent at this time is durable on the broker.
    record BeatDelivered(Instant sentAt) implements Signal {
    }

    record StageReached(AttemptId attempt, String stage) implements Signal {
    }

    /// The attempt's processes are gone and its checkout is collected.
    record Ended(AttemptId attempt, AttemptResult result) implements Signal {
    }

    record ReportDelivered(AttemptId attempt) implements Signal {
    }

    /// Take nothing new, and leave when everything has ended.
    record DrainAsked(String reason) implements Signal {
    }

    /// Waited long enough: kill what still runs.
    record DrainTimeOver() implements Signal {
    }
}
