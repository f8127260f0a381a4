package com.alphaheng.worker.job;

/// How a benchmark runs its commands.
interface Runs {
    /// What a command draws its inputs from. Base and candidate of a pair get the same, each pair another: nothing is
    /// gained by knowing the inputs, nor by remembering what was computed for earlier ones.
    String SEED_VARIABLE = "HENG_SEED";

    /// Runs a command that measures once.
    StepResult run(MeasuredSide side, long seed) throws EnvironmentFailure;

    /// Starts a command that measures whenever it is its turn.
    Turns stay(MeasuredSide side) throws EnvironmentFailure, StepEnded;

    /// A command that stays.
    interface Turns extends AutoCloseable {
        /// Measures once more; whatever the other does stands still meanwhile.
        StepResult turn(long seed) throws EnvironmentFailure;

        /// No more turns.
        StepResult end() throws EnvironmentFailure;

        /// Kills it if it has not ended.
        @Override
        void close();
    }
}
