package com.alphaheng.protocol;

import java.time.Instant;

/// A piece of an attempt's output, on [Topics#LOGS].
///
/// @param sequence counts the attempt's chunks from 1; a gap means output was lost, a repetition is dropped
/// @param source   who wrote it: `worker`, `build`, `agent`, `verify`, `benchmark`
/// @param text     whole lines, secrets masked
public record LogChunk(AttemptId attempt, long sequence, String source, Instant at, String text) {
}
