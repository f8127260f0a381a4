package com.alphaheng.worker.job;

import com.alphaheng.protocol.AttemptResult;
import com.alphaheng.protocol.AttemptResult.Metric;
import com.alphaheng.worker.job.agent.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// How one step of an attempt went.
///
/// @param outcome [AttemptResult.Outcome#SUCCEEDED] lets the next step begin
record StepResult(AttemptResult.Outcome outcome, String reason, Optional<Integer> exitStatus, List<Metric> metrics) {
    StepResult {
        metrics = List.copyOf(metrics);
    }

    static StepResult passed(Optional<Integer> exitStatus, List<Metric> metrics) {
        return new StepResult(AttemptResult.Outcome.SUCCEEDED, "", exitStatus, metrics);
    }

    static StepResult failed(AttemptResult.Outcome outcome, String reason) {
        return new StepResult(outcome, reason, Optional.empty(), List.of());
    }

    boolean succeeded() {
        return outcome == AttemptResult.Outcome.SUCCEEDED;
    }

    /// This step's verdict with the metrics of both.
    StepResult after(StepResult earlier) {
        List<Metric> all = new ArrayList<>(earlier.metrics);
        all.addAll(metrics);
        return new StepResult(outcome, reason, exitStatus.or(earlier::exitStatus), all);
    }

    StepResult because(String otherReason) {
        return new StepResult(outcome, otherReason, exitStatus, metrics);
    }

    /// Adds what an agent cost, if it said so.
    StepResult withUsage(Usage usage) {
        boolean said = usage.tokens() > 0 || usage.usd().signum() > 0;
        if (!said && usage.time().toSeconds() < 1) {
            return this;
        }
        List<Metric> all = new ArrayList<>(metrics);
        all.add(new Metric("agent_tokens", usage.tokens(), "tokens", List.of()));
        all.add(new Metric("agent_usd", usage.usd().doubleValue(), "USD", List.of()));
        all.add(new Metric("agent_seconds", usage.time().toMillis() / 1000.0, "s", List.of()));
        return withMetrics(all);
    }

    StepResult withMetrics(List<Metric> replacement) {
        return new StepResult(outcome, reason, exitStatus, replacement);
    }
}
