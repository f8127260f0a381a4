package com.alphaheng.protocol;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// One measurement of a configuration by a search.
///
/// @param value   how many times better than the base it is, measured beside it on the same machine; in results of
///                earlier versions, of searches on one worker, the benchmark's metric. Empty if the configuration was
///                not verified or could not be measured
/// @param samples what was measured for it, raw: the base before, the configuration, the base after; in turns pair by
///                pair, the base first
/// @param note    why there is no value
public record Trial(Map<String, String> configuration, Optional<Double> value, List<Double> samples, String note) {
    public Trial {
        configuration = Collections.unmodifiableMap(new LinkedHashMap<>(configuration));
        samples = List.copyOf(samples);
    }

    /// A configuration as commands find it: `name=value,name=value`.
    public static String text(Map<String, String> configuration) {
        return configuration.entrySet().stream().map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(","));
    }
}
