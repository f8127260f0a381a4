package com.alphaheng.coordinator.report;

import com.alphaheng.coordinator.roadmap.Attempt;
import com.alphaheng.protocol.AttemptResult;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// One attempt as the log tells it.
///
/// @param result what the worker reported; empty while it runs, and for lost and cancelled attempts
/// @param reason why it ended as it did; empty while it runs and on success
public record AttemptFacts(int epoch, String worker, Attempt.Fate fate, String reason, Instant assignedAt,
                           Optional<Instant> finishedAt, Optional<AttemptResult> result) {
    static AttemptFacts of(Attempt attempt) {
        return new AttemptFacts(attempt.id().epoch(), attempt.worker(), attempt.fate(), attempt.reason(),
                attempt.assignedAt(), attempt.finishedAt(), attempt.result());
    }

    /// From assignment to the end; empty while it runs.
    Optional<Duration> took() {
        return finishedAt.map(end -> Duration.between(assignedAt, end));
    }
}
