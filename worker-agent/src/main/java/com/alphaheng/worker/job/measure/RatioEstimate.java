package com.alphaheng.worker.job.measure;

import java.util.Arrays;
import java.util.List;

/// How many times better the candidate is than the base, with a confidence interval. Above 1 is better.
///
/// Estimate and interval are Yuen's: the 20 % trimmed mean of the blocks' log ratios, its standard error from the
/// winsorised variance, Student's t with as many degrees of freedom as blocks are left after trimming, less one
/// (K. K. Yuen, Biometrika 61, 1974). One block in five may be ruined by somebody else's load without moving it far. A
/// percentile bootstrap was tried first and left out: with the 3 to 8 blocks that a session affords it covers too
/// little.
public record RatioEstimate(double ratio, double low, double high, int blocks) {
    private static final double TRIM = 0.2;

    /// @param blockRatios  candidate over base, one per ABBA block, all above 0; at least 2
    /// @param oneSidedRisk probability that `low` lies above the truth, and likewise for `high`
    public static RatioEstimate of(List<Double> blockRatios, double oneSidedRisk) {
        if (blockRatios.size() < 2) {
            throw new IllegalArgumentException("an interval needs at least 2 blocks, got " + blockRatios.size());
        }
        double[] logs = blockRatios.stream().mapToDouble(Math::log).sorted().toArray();
        int count = logs.length;
        int cut = (int) (TRIM * count);
        double center = Arrays.stream(logs, cut, count - cut).average().orElseThrow();
        double[] winsorised = logs.clone();
        Arrays.fill(winsorised, 0, cut, logs[cut]);
        Arrays.fill(winsorised, count - cut, count, logs[count - cut - 1]);
        double mean = Arrays.stream(winsorised).average().orElseThrow();
        double squares = Arrays.stream(winsorised).map(x -> (x - mean) * (x - mean)).sum();
        int kept = count - 2 * cut;
        double error = Math.sqrt(squares / ((double) kept * (kept - 1)));
        double reach = StudentT.quantile(1 - oneSidedRisk, kept - 1) * error;
        return new RatioEstimate(Math.exp(center), Math.exp(center - reach), Math.exp(center + reach), count);
    }
}
