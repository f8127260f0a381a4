package com.alphaheng.coordinator.roadmap;

import java.time.Instant;
import java.util.List;

/// A submission that was taken.
///
/// @param submission content hash of its files
public record SubmissionRecord(String submission, String actor, Instant at, List<String> files, SubmissionDiff diff) {
    public SubmissionRecord {
        files = List.copyOf(files);
    }
}
