package com.alphaheng.worker.job;

import com.alphaheng.protocol.AttemptId;
import com.alphaheng.protocol.AttemptResult;
import com.alphaheng.protocol.CoordinatorMessage;
import java.time.Instant;
import java.util.List;

/// Something the [AttemptBook] wants done.
public sealed interface Action {
    record SayHello(List<AttemptId> running) implements Action {
    }

    record SayBeat(List<AttemptId> running, Instant at) implements Action {
    }

    record SayProgress(AttemptId attempt, String stage) implements Action {
    }

    record Start(CoordinatorMessage.Assignment assignment) implements Action {
    }

    record Kill(AttemptId attempt, StopReason reason) implements Action {
    }

    record Report(AttemptId attempt, AttemptResult result) implements Action {
    }

    /// The coordinator wants no report of this attempt any more.
    record Forget(AttemptId attempt) implements Action {
    }

    record Leave(String reason) implements Action {
    }
}
