package com.alphaheng.worker.job.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/// How much of a side's speed depends on whose turn it was before. Some of that is nobody's fault: whoever comes after
/// the other finds the caches cold. But that meets both. A candidate that hands work to a GPU and answers before it is
/// done, or that leaves no memory, slows the base down and not itself, and would gain by it: then the base's ratio is
/// larger than the candidate's. (Crossover trials call this the carry-over effect: S. Senn, Cross-over Trials in
/// Clinical Research, 2002, chapter 3.)
public final class CarryOver {
    /// The interval within a block says nothing: the spread between blocks is what counts.
    private static final double ANY_RISK = 0.5;

    private final List<Double> afterItself = new ArrayList<>();
    private final List<Double> afterTheOther = new ArrayList<>();

    /// @param value measured in one turn; above 0
    public void add(double value, boolean followsTheOther) {
        (followsTheOther ? afterTheOther : afterItself).add(value);
    }

    /// What it measures after a turn of its own, over what it measures after one of the other's. Empty if there were
    /// fewer than two turns of either kind.
    public OptionalDouble ratio() {
        return afterItself.size() < 2 || afterTheOther.size() < 2 ? OptionalDouble.empty()
                : OptionalDouble.of(center(afterItself) / center(afterTheOther));
    }

    /// How many times larger the base's ratio is than the candidate's: 1 if both lose the same.
    public static OptionalDouble difference(CarryOver base, CarryOver candidate) {
        OptionalDouble ofBase = base.ratio();
        OptionalDouble ofCandidate = candidate.ratio();
        return ofBase.isEmpty() || ofCandidate.isEmpty() ? OptionalDouble.empty()
                : OptionalDouble.of(ofBase.getAsDouble() / ofCandidate.getAsDouble());
    }

    private static double center(List<Double> values) {
        return RatioEstimate.of(values, ANY_RISK).ratio();
    }
}
