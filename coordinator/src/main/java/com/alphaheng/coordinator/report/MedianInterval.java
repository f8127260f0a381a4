package com.alphaheng.coordinator.report;

import java.util.List;
import java.util.Optional;

/// A distribution-free 95 % confidence interval of the median: the order statistics whose ranks come from the binomial
/// distribution with p = 1/2 (H. A. David, Order Statistics, section 2.5). The dashboard draws the same one.
record MedianInterval(double low, double high) {
    private static final int LEAST_SAMPLES = 6;
    private static final double ONE_SIDED_RISK = 0.025;

    /// Empty below 6 samples: no such interval exists then.
    static Optional<MedianInterval> of(List<Double> samples) {
        int count = samples.size();
        if (count < LEAST_SAMPLES) {
            return Optional.empty();
        }
        // log of the binomial coefficients, since 2^-count underflows for many samples
        double logProbability = -count * Math.log(2);
        double cumulative = Math.exp(logProbability);
        int rank = 0;
        while (cumulative <= ONE_SIDED_RISK) {
            rank++;
            logProbability += Math.log((count - rank + 1) / (double) rank);
            cumulative += Math.exp(logProbability);
        }
        List<Double> sorted = samples.stream().sorted().toList();
        return Optional.of(new MedianInterval(sorted.get(rank - 1), sorted.get(count - rank)));
    }
}
