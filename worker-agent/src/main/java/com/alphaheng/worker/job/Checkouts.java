package com.alphaheng.worker.job;

import java.nio.file.Path;
import java.util.Optional;

/// Port: fresh copies of the source, one per attempt.
public interface Checkouts {
    /// Set for every git that a worker runs, to the folder it runs in and a slash: by it the next start of a killed
    /// worker finds those that still run.
    String GIT_VARIABLE = "HENG_GIT_IN";

    /// Checks out a commit into a folder nobody else uses.
    ///
    /// @param commit empty means the tip of the configured source
    /// @throws EnvironmentFailure if there is no git, no such commit, no space, or the source cannot be reached
    Checkout checkout(String label, Optional<String> commit) throws EnvironmentFailure;

    /// One copy of the source. Closing removes it from the disk.
    interface Checkout extends AutoCloseable {
        Path folder();

        /// The full commit id.
        String commit();

        @Override
        void close();
    }
}
