package com.alphaheng.worker.job;

import java.nio.file.Path;

/// One side of a comparison.
///
/// @param name   `base` or `candidate`
/// @param what   names its command in messages
/// @param script its command
/// @param folder where that runs
record MeasuredSide(String name, String what, String script, Path folder) {
    static MeasuredSide base(String script, Path folder) {
        return new MeasuredSide("base", "the baseline command", script, folder);
    }

    static MeasuredSide candidate(String script, Path folder) {
        return new MeasuredSide("candidate", "the benchmark command", script, folder);
    }

    boolean isBase() {
        return name.equals("base");
    }
}
