package com.alphaheng.spec;

import java.util.Map;

/// What a worker must have to take a task. An empty map and zeros ask for nothing.
///
/// @param labels      label = value pairs the worker must carry, such as `chip: m4-max`, `os: macos`, `backend: metal`
/// @param gpuCores    least number of GPU cores
/// @param memoryBytes least memory in bytes
public record Requirements(Map<String, String> labels, int gpuCores, long memoryBytes) {
    public static final Requirements NONE = new Requirements(Map.of(), 0, 0);

    public Requirements {
        labels = Map.copyOf(labels);
    }
}
