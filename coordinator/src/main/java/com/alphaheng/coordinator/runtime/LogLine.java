package com.alphaheng.coordinator.runtime;

import java.time.Instant;

/// One line of an attempt's output.
///
/// @param sequence counts the attempt's lines from 1
/// @param source   who wrote it: `worker`, `build`, `agent`, `verify`, `benchmark`
public record LogLine(long sequence, String source, Instant at, String text) {
}
