package com.alphaheng.worker.job;

import java.nio.file.Path;

/// How a benchmark runs its commands.
interface Runs {
    /// Runs a command that measures once.
    ///
    /// @param side `base` or `candidate`
    /// @param what names the command in messages
    StepResult run(String side, String what, String script, Path folder) throws EnvironmentFailure;

    /// Starts a command that measures whenever it is its turn.
    Turns stay(String side, String what, String script, Path folder) throws EnvironmentFailure, StepEnded;

    /// A command that stays.
    interface Turns extends AutoCloseable {
        /// Measures once more; whatever the other does stands still meanwhile.
        StepResult turn() throws EnvironmentFailure;

        /// No more turns.
        StepResult end() throws EnvironmentFailure;

        /// Kills it if it has not ended.
        @Override
        void close();
    }
}
