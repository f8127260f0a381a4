package com.alphaheng.worker.job.measure;

import java.util.List;

/// When to stop measuring. Looks at the blocks only at fixed counts, and gives each look an equal share of the risk, so
/// that all looks together accept a change that brings nothing with at most [#RISK] (union bound).
public final class SequentialTest {
    /// Probability of accepting a candidate that is no better than `1 + minimumEffect`.
    public static final double RISK = 0.01;

    private static final List<Integer> LOOKS = List.of(3, 6, 12, 24, 48);

    private SequentialTest() {
    }

    /// Most blocks worth measuring.
    public static int mostBlocks() {
        return LOOKS.getLast();
    }

    /// Least blocks before anything can be said.
    public static int leastBlocks() {
        return LOOKS.getFirst();
    }

    /// What the blocks so far say; `UNDECIDED` between looks and while the interval holds `1 + minimumEffect`.
    public static Verdict judge(List<Double> blockRatios, double minimumEffect) {
        if (!LOOKS.contains(blockRatios.size())) {
            return Verdict.UNDECIDED;
        }
        RatioEstimate estimate = estimate(blockRatios);
        if (estimate.low() > 1 + minimumEffect) {
            return Verdict.BETTER;
        }
        return estimate.high() < 1 + minimumEffect ? Verdict.NOT_BETTER : Verdict.UNDECIDED;
    }

    /// The interval at the risk of one look.
    public static RatioEstimate estimate(List<Double> blockRatios) {
        return RatioEstimate.of(blockRatios, RISK / LOOKS.size());
    }

    /// What the measurement says.
    public enum Verdict {
        BETTER, NOT_BETTER, UNDECIDED
    }
}
