package com.alphaheng.worker.job.seal;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/// Port: looks from outside at what the processes of a command have loaded, while they run. What a process says of
/// itself can be made up; what the operating system says of it can not.
public interface RunningCode {
    /// The environment variable by which the processes of one run are known.
    String RUN_VARIABLE = "HENG_RUN";

    /// For systems that let nobody look.
    RunningCode NONE = new RunningCode() {
        @Override
        public boolean sees() {
            return false;
        }

        @Override
        public List<Path> places() {
            return List.of();
        }

        @Override
        public Look begin(String run) {
            return Set::of;
        }
    };

    /// Whether this system lets one look.
    boolean sees();

    /// Folders where jobs may leave files; code from there must be accounted for.
    List<Path> places();

    /// Looks again and again, until [Look#end], at the processes that carry this run in their environment.
    Look begin(String run);

    /// Under way.
    interface Look {
        /// Everything that was seen.
        Set<LoadedFile> end();
    }

    /// Compiled code that a process had open or mapped.
    ///
    /// @param sha256 of the very file that is open, whatever has its path by now
    record LoadedFile(Path path, String sha256) {
    }
}
