package com.alphaheng.coordinator.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/// Port: files that attempts left, found by the SHA-256 of their content.
public interface ArtifactStore {
    /// Takes a content, once: what is already there stays.
    ///
    /// @param sha256 what its hash has to be
    Taken put(String sha256, InputStream content) throws IOException;

    /// Bytes of the content; empty if it is not here (yet).
    Optional<Long> size(String sha256);

    /// @throws java.nio.file.NoSuchFileException if it is not here
    InputStream open(String sha256) throws IOException;

    /// What became of a content.
    sealed interface Taken {
        record Stored(long bytes) implements Taken {
        }

        record AlreadyThere() implements Taken {
        }

        record WrongHash(String found) implements Taken {
        }

        record TooLarge(long most) implements Taken {
        }

        /// @param quota bytes that all contents together may have
        record Full(long quota) implements Taken {
        }
    }
}
