package com.alphaheng.spec;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// One task of a campaign as its author wrote it, with defaults filled in. Immutable.
///
/// @param name          unique in the campaign
/// @param prompt        what an agent is asked to do
/// @param dependencies  names of tasks that must have succeeded before, also of other files of the submission
/// @param verifyCommand shell command; exit status 0 means verified
/// @param backends      agent backends in order of preference; empty means the worker's own order
/// @param timeout       limit of one attempt's wall time
/// @param touches       globs of the files this task may edit; overlapping edits are kept apart
/// @param tune          what to search; only for kind tune
/// @param artifacts     globs of files to keep from the work folder
/// @param location      where the task stands, for messages
public record TaskSpec(String name, String prompt, Priority priority, List<String> dependencies,
                       Optional<String> verifyCommand, TaskKind kind, Category category, Requirements requires,
                       List<String> backends, Duration timeout, RetryPolicy retries, List<String> touches,
                       Budget budget, Optional<BenchmarkSpec> benchmark, Optional<TuneSpec> tune,
                       List<String> artifacts, SourceLocation location) {
    public static final Duration DEFAULT_TIMEOUT = Duration.ofHours(1);

    public TaskSpec {
        dependencies = List.copyOf(dependencies);
        backends = List.copyOf(backends);
        touches = List.copyOf(touches);
        artifacts = List.copyOf(artifacts);
        // Logs written before there was a search do not have it.
        tune = tune == null ? Optional.empty() : tune;
    }

    /// A task without a search.
    public TaskSpec(String name, String prompt, Priority priority, List<String> dependencies,
                    Optional<String> verifyCommand, TaskKind kind, Category category, Requirements requires,
                    List<String> backends, Duration timeout, RetryPolicy retries, List<String> touches,
                    Budget budget, Optional<BenchmarkSpec> benchmark, List<String> artifacts,
                    SourceLocation location) {
        this(name, prompt, priority, dependencies, verifyCommand, kind, category, requires, backends, timeout,
                retries, touches, budget, benchmark, Optional.empty(), artifacts, location);
    }

    /// The same task with other backends and another budget.
    public TaskSpec narrowed(List<String> allowedBackends, Budget left) {
        return new TaskSpec(name, prompt, priority, dependencies, verifyCommand, kind, category, requires,
                allowedBackends, timeout, retries, touches, left, benchmark, tune, artifacts, location);
    }

    /// The same task with other dependencies.
    TaskSpec after(List<String> others) {
        return new TaskSpec(name, prompt, priority, others, verifyCommand, kind, category, requires, backends, timeout,
                retries, touches, budget, benchmark, tune, artifacts, location);
    }

    /// The same task at another place.
    public TaskSpec at(SourceLocation place) {
        return new TaskSpec(name, prompt, priority, dependencies, verifyCommand, kind, category, requires, backends,
                timeout, retries, touches, budget, benchmark, tune, artifacts, place);
    }
}
