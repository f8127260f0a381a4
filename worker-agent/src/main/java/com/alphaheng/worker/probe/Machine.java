package com.alphaheng.worker.probe;

import java.util.Map;

/// A machine as probed.
///
/// @param labels      os, arch, chip, jdk, backend (`metal` or `cpu`), and on macOS metal, toolchain
/// @param gpuCores    0 where unknown or none
/// @param description one line for people
public record Machine(Map<String, String> labels, int cpuCores, int gpuCores, long memoryBytes, String description) {
    public Machine {
        labels = Map.copyOf(labels);
    }

    /// Identifies what a measurement was taken on: the description and the JDK.
    public String fingerprint() {
        return description + ", JDK " + labels.get("jdk");
    }
}
