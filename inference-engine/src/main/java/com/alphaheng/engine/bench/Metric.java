package com.alphaheng.engine.bench;

import java.util.Arrays;
import java.util.List;

/// One measured figure with the samples it came from.
///
/// @param name    snake case, parts of a group after a dot
/// @param value   the figure: the samples' median
/// @param unit    such as tok/s
/// @param samples in the order in which they were measured
public record Metric(String name, double value, String unit, List<Double> samples) {

    public Metric {
        samples = List.copyOf(samples);
    }

    /// The median of at least one sample.
    public static Metric of(String name, String unit, double... samples) {
        return new Metric(name, median(samples), unit, Arrays.stream(samples).boxed().toList());
    }

    static double median(double[] samples) {
        double[] sorted = samples.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
