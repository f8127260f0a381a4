package com.alphaheng.protocol;

import com.alphaheng.spec.TaskSpec;
import java.util.List;
import java.util.Optional;

/// What a worker needs to run an attempt.
///
/// @param task   the task as submitted
/// @param commit commit to check out; empty means the tip of the worker's configured source repository
/// @param shares   of a search spread over workers: what was measured before, in the order of rounds and shares
/// @param setbacks why earlier attempts were sent back, the oldest first; whoever tries again should know
/// @param succeeded commits with which earlier attempts at the task succeeded; what else the campaign's branch holds of
///                this task is of an attempt that nobody heard the end of
public record JobSpec(TaskSpec task, Optional<String> commit, List<ShareResult> shares, List<String> setbacks,
                      List<String> succeeded) {
    public JobSpec {
        shares = shares == null ? List.of() : List.copyOf(shares);
        setbacks = setbacks == null ? List.of() : List.copyOf(setbacks);
        succeeded = succeeded == null ? List.of() : List.copyOf(succeeded);
    }

    /// A job that nobody has tried before.
    public JobSpec(TaskSpec task, Optional<String> commit, List<ShareResult> shares) {
        this(task, commit, shares, List.of(), List.of());
    }

    /// A job that builds on no other's measurements.
    public JobSpec(TaskSpec task, Optional<String> commit) {
        this(task, commit, List.of());
    }

    /// What one share of a search measured, and where.
    public record ShareResult(String worker, List<Trial> trials) {
        public ShareResult {
            trials = List.copyOf(trials);
        }
    }
}
