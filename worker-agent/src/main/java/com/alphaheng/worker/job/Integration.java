package com.alphaheng.worker.job;

import com.alphaheng.worker.job.seal.ChangedFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Port: the campaign's integration branch in the source repository, and the commits on their way there.
public interface Integration {
    /// Begins the line of a commit's message that tells which task it is of.
    String TASK_MARK = "Task: ";

    /// The commit that a change starts from and is measured against: the tip of the campaign's branch, or, before the
    /// first merge, the given commit or the tip of the source.
    String tip(String campaign, Optional<String> commit) throws EnvironmentFailure;

    /// The changes on the way to a commit whose messages have the given line, the newest first; none that was taken
    /// back since.
    ///
    /// @param after what was there before this commit is not looked at
    List<Merged> merged(String tip, Optional<String> after, String line) throws EnvironmentFailure;

    /// A change on the branch, and what it was made on.
    record Merged(String base, String commit) {
    }

    /// Takes a change back in a checkout, without a commit.
    ///
    /// @param commit full id
    TakenBack takeBack(Path checkout, String commit) throws EnvironmentFailure;

    /// Everything in the checkout as one commit on top of the base; empty if nothing differs from that.
    Optional<String> record(Path checkout, String base, String message) throws EnvironmentFailure;

    List<ChangedFile> changes(String base, String candidate) throws EnvironmentFailure;

    /// The candidate's change on top of another commit.
    Rebased rebase(String candidate, String onto) throws EnvironmentFailure;

    /// Moves the campaign's branch, only if it still is where it is expected to be.
    ///
    /// @param expected the branch's tip, or whatever commit stood for it before the first merge
    /// @return false if somebody else moved it
    boolean advance(String campaign, String expected, String next) throws EnvironmentFailure;

    /// How a rebase ended.
    sealed interface Rebased {
        record Clean(String commit) implements Rebased {
        }

        record Conflict(List<String> files) implements Rebased {
        }
    }

    /// What became of taking a change back.
    sealed interface TakenBack {
        record Done() implements TakenBack {
        }

        /// Nothing of the change is left.
        record Already() implements TakenBack {
        }

        /// Later changes build on it.
        ///
        /// @param files in which
        /// @param later the newest first, which is the order in which they could be taken back
        record BuiltOn(List<String> files, List<Later> later) implements TakenBack {
        }

        /// It is no change of the branch.
        record Refused(String why) implements TakenBack {
        }
    }

    /// A change on top of another.
    ///
    /// @param name   of its task; of a commit that is no task's, its first line
    /// @param ofTask whether a task made it
    record Later(String commit, String name, boolean ofTask) {
    }
}
