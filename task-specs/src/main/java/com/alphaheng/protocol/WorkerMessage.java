package com.alphaheng.protocol;

import java.time.Instant;
import java.util.List;

/// What a worker says to the coordinator, on [Topics#REPORTS], keyed by worker id.
///
/// `sequence` counts this incarnation's messages from 1, so that a message delivered twice is recognised.
public sealed interface WorkerMessage {
    String workerId();

    /// A random id of this start of the worker's process.
    String incarnation();

    long sequence();

    /// First message of an incarnation, and the answer to [CoordinatorMessage.IntroduceYourself].
    record Hello(String workerId, String incarnation, long sequence, WorkerProfile profile, List<AttemptId> running)
            implements WorkerMessage {
        public Hello {
            running = List.copyOf(running);
        }
    }

    /// Alive, every few seconds; names each attempt whose processes still run and so renews their leases.
    record Heartbeat(String workerId, String incarnation, long sequence, List<AttemptId> running)
            implements WorkerMessage {
        public Heartbeat {
            running = List.copyOf(running);
        }
    }

    /// An attempt reached a stage: preparing, building, running agent, verifying, benchmarking.
    record AttemptProgress(String workerId, String incarnation, long sequence, AttemptId attempt, String stage,
                           Instant at) implements WorkerMessage {
    }

    /// An attempt ended. Sent at least once; a repetition carries the same content.
    record AttemptFinished(String workerId, String incarnation, long sequence, AttemptId attempt, AttemptResult result)
            implements WorkerMessage {
    }

    /// The worker leaves in an orderly way; it runs nothing any more.
    record Goodbye(String workerId, String incarnation, long sequence, String reason) implements WorkerMessage {
    }
}
