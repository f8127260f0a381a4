package com.alphaheng.protocol;

/// A file that an attempt leaves: its content is known by its hash and kept by the coordinator.
///
/// @param path   in the attempt's work folder; for what the worker itself writes, beginning with `agent/` or `worker/`
/// @param sha256 of the content, 64 lower-case hexadecimal digits
public record Artifact(String path, String sha256, long bytes) {
    /// Largest content the coordinator takes.
    public static final long MOST_BYTES = 32L << 20;
}
