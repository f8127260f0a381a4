package com.alphaheng.spec;

import java.util.Locale;

/// What a worker does for a task.
public enum TaskKind {
    /// A coding agent changes the engine, then the change is verified. The default, and what plain task files mean.
    AGENT,
    /// A parameter search over declared kernel parameters.
    TUNE,
    /// Only the verify command runs.
    VERIFY,
    /// A measurement that must hold statistically; see [BenchmarkSpec].
    BENCHMARK;

    /// The word used in task files.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
