package com.alphaheng.worker.job;

import java.nio.file.Path;

/// How a benchmark runs one of its commands.
@FunctionalInterface
interface Runs {
    /// @param side `base` or `candidate`
    /// @param what names the command in messages
    StepResult run(String side, String what, String script, Path folder) throws EnvironmentFailure;
}
