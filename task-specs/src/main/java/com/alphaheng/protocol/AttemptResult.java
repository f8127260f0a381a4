package com.alphaheng.protocol;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// How an attempt ended.
///
/// @param outcome    the verdict
/// @param reason     one line a person understands, with the remedy where there is one; empty only on success
/// @param exitStatus of the verify or benchmark command, if one ran
/// @param metrics    what the commands measured
/// @param commit     the commit that was checked out and tested
/// @param machine    fingerprint of the machine: chip, cores, memory, OS, JDK
/// @param artifacts  files that were kept; their content comes apart, over HTTP
/// @param trials     what a search, or a share of one, measured in this attempt
/// @param executed   of a change: proof that its build ran
public record AttemptResult(Outcome outcome, String reason, Optional<Integer> exitStatus, Instant startedAt,
                            Instant finishedAt, List<Metric> metrics, String commit, String machine,
                            List<Artifact> artifacts, List<Trial> trials, Optional<ExecutedBuild> executed) {
    public AttemptResult {
        metrics = List.copyOf(metrics);
        // Results of earlier versions, which are in the log for ever, have none of these.
        artifacts = artifacts == null ? List.of() : List.copyOf(artifacts);
        trials = trials == null ? List.of() : List.copyOf(trials);
        executed = executed == null ? Optional.empty() : executed;
    }

    /// A result without a change.
    public AttemptResult(Outcome outcome, String reason, Optional<Integer> exitStatus, Instant startedAt,
                         Instant finishedAt, List<Metric> metrics, String commit, String machine,
                         List<Artifact> artifacts, List<Trial> trials) {
        this(outcome, reason, exitStatus, startedAt, finishedAt, metrics, commit, machine, artifacts, trials,
                Optional.empty());
    }

    /// A result without files, trials and change.
    public AttemptResult(Outcome outcome, String reason, Optional<Integer> exitStatus, Instant startedAt,
                         Instant finishedAt, List<Metric> metrics, String commit, String machine) {
        this(outcome, reason, exitStatus, startedAt, finishedAt, metrics, commit, machine, List.of(), List.of());
    }

    /// The verdict, and whether repeating the attempt could mend it.
    public enum Outcome {
        SUCCEEDED(false),
        /// The verify or benchmark command said no. Repeating it without a new change gives the same answer.
        VERIFICATION_FAILED(false),
        /// The agent produced no acceptable change; another try may.
        AGENT_FAILED(true),
        /// The attempt outlived its declared timeout.
        TIMED_OUT(false),
        /// The worker's machine failed: disk, network, git, broken tool chain.
        ENVIRONMENT_FAILED(true),
        /// Stopped because the coordinator said so.
        STOPPED(false);

        private final boolean retryable;

        Outcome(boolean retryable) {
            this.retryable = retryable;
        }

        public boolean retryable() {
            return retryable;
        }
    }

    /// One measured quantity.
    ///
    /// @param name    such as `decode_tokens_per_second`
    /// @param value   the summary, usually the median of the samples
    /// @param samples raw samples, kept so that every figure can be checked
    public record Metric(String name, double value, String unit, List<Double> samples) {
        public Metric {
            samples = List.copyOf(samples);
        }
    }
}
