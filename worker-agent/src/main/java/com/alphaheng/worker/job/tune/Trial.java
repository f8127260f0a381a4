package com.alphaheng.worker.job.tune;

import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// One run of a configuration.
///
/// @param value what the benchmark's metric came to; empty if the run was not verified or failed
/// @param note  why there is no value
public record Trial(Map<String, String> configuration, Optional<Double> value, String note) {

    /// As commands find it: `name=value,name=value`.
    public static String text(Map<String, String> configuration) {
        return configuration.entrySet().stream().map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(","));
    }
}
