package com.alphaheng.worker.job;

/// Port: commands, also such that stay and measure whenever it is their turn.
public interface StayingCommands extends Commands {
    /// Set in the environment of a command that is to stay.
    String TURNS_VARIABLE = "HENG_TURNS";

    /// Starts a command that stays.
    ///
    /// @throws EnvironmentFailure if it cannot be started at all
    Staying stay(Request request, StopSwitch stop, AttemptOutput output) throws EnvironmentFailure;

    /// A command between its turns: all of its processes stand still, so that it can neither disturb nor prepare
    /// anything while another has its turn.
    interface Staying extends AutoCloseable {
        /// Lets it go on, gives it a line of standard input, and stops it again once it has added a line of metrics to
        /// `$HENG_METRICS`.
        ///
        /// @param seed what it is to draw its inputs from: the line that it reads
        Answer turn(long seed);

        /// No more turns: waits until it has ended.
        Outcome end() throws EnvironmentFailure;

        /// Kills what is left of it.
        @Override
        void close();
    }

    /// What became of a turn.
    sealed interface Answer {
        /// @param metrics the line that it added
        record Given(String metrics) implements Answer {
        }

        /// It wrote other than it was asked to.
        record Broken(String why) implements Answer {
        }

        /// It ended, or was killed, and [Staying#end] knows how.
        record Ended() implements Answer {
        }
    }
}
