package com.alphaheng.coordinator.report;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// One step of the throughput staircase: a verified measurement of the task that delivered the stage.
///
/// @param value         summary of the samples in `unit`, usually their median
/// @param baselineValue the same of the base measured in the same session, interleaved with the candidate
/// @param ratio         how many times better than its base; above 1 is better whichever direction the metric has
/// @param ratioLow      lower end of the ratio's interval
/// @param ratioHigh     upper end of the ratio's interval
/// @param at            when the measurement ended
public record Bar(String stage, String task, String metric, double value, String unit, Optional<Double> baselineValue,
                  Optional<Double> ratio, Optional<Double> ratioLow, Optional<Double> ratioHigh, List<Double> samples,
                  List<Double> baselineSamples, Instant at, String machine, String commit) {
    public Bar {
        samples = List.copyOf(samples);
        baselineSamples = List.copyOf(baselineSamples);
    }
}
