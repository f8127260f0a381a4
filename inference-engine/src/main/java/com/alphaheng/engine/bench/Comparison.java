package com.alphaheng.engine.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;

/// How much faster one thing is than another on a machine whose speed drifts: rounds of A B B A in one process, one
/// log ratio per round, and a confidence interval of their mean (Student's t).
public final class Comparison {

    /// Two-sided 95 % quantiles of Student's t for 1.. degrees of freedom; beyond the table the last is close enough.
    private static final double[] T95 = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201,
        2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052,
        2.048, 2.045, 2.042};

    private Comparison() { }

    /// @param ratio       of the rates, candidate by base: geometric mean over rounds
    /// @param lower       lower end of its 95 % confidence interval
    /// @param upper       upper end
    /// @param base        rates of the base, in the order measured
    /// @param candidate   rates of the candidate likewise
    /// @param roundRatios one per round
    public record Result(double ratio, double lower, double upper, List<Double> base, List<Double> candidate,
                         List<Double> roundRatios) { }

    /// @param rounds at least 2, each two measurements of either
    public static Result measure(DoubleSupplier base, DoubleSupplier candidate, int rounds) {
        if (rounds < 2) {
            throw new IllegalArgumentException("a comparison needs at least 2 rounds, not " + rounds);
        }
        List<Double> bases = new ArrayList<>();
        List<Double> candidates = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            bases.add(base.getAsDouble());
            candidates.add(candidate.getAsDouble());
            candidates.add(candidate.getAsDouble());
            bases.add(base.getAsDouble());
            int last = bases.size() - 1;
            ratios.add(Math.sqrt(candidates.get(last) * candidates.get(last - 1)
                / (bases.get(last) * bases.get(last - 1))));
        }
        return of(bases, candidates, ratios);
    }

    static Result of(List<Double> bases, List<Double> candidates, List<Double> ratios) {
        int count = ratios.size();
        double mean = ratios.stream().mapToDouble(Math::log).average().orElseThrow();
        double squares = ratios.stream().mapToDouble(ratio -> Math.pow(Math.log(ratio) - mean, 2)).sum();
        double half = T95[Math.min(count - 2, T95.length - 1)] * Math.sqrt(squares / (count - 1) / count);
        return new Result(Math.exp(mean), Math.exp(mean - half), Math.exp(mean + half), List.copyOf(bases),
            List.copyOf(candidates), List.copyOf(ratios));
    }
}
