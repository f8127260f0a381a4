package com.alphaheng.engine.graph;

import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/// How drafting went.
///
/// @param steps    times that the model verified, each of which yields one token and the drafts accepted
/// @param made     drafts of each depth, the first at index 0
/// @param accepted those of them that were the model's own choice, like all before them
public record DraftCounters(long steps, List<Long> made, List<Long> accepted) {

    public DraftCounters {
        made = List.copyOf(made);
        accepted = List.copyOf(accepted);
    }

    /// Nothing drafted yet.
    public static DraftCounters none(int depth) {
        return new DraftCounters(0, Collections.nCopies(depth, 0L), Collections.nCopies(depth, 0L));
    }

    /// Depths that are counted.
    public int depth() {
        return made.size();
    }

    public DraftCounters plus(DraftCounters other) {
        return plus(other, 1);
    }

    /// What came since `earlier`.
    public DraftCounters minus(DraftCounters earlier) {
        return plus(earlier, -1);
    }

    private DraftCounters plus(DraftCounters other, int factor) {
        return new DraftCounters(steps + factor * other.steps, sum(made, other.made, factor),
            sum(accepted, other.accepted, factor));
    }

    private static List<Long> sum(List<Long> first, List<Long> second, int factor) {
        return IntStream.range(0, first.size()).mapToObj(i -> first.get(i) + factor * second.get(i)).toList();
    }

    /// Of the drafts of a depth (the first is 1) the share that was accepted; 0 when none was made.
    public double acceptance(int depth) {
        long all = made.get(depth - 1);
        return all == 0 ? 0 : accepted.get(depth - 1) / (double) all;
    }

    /// Tokens that a step of the model yields; 0 when there was none.
    public double tokensPerStep() {
        return steps == 0 ? 0 : (steps + accepted.stream().mapToLong(Long::longValue).sum()) / (double) steps;
    }
}
