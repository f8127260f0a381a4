package com.alphaheng.worker.job;

import com.alphaheng.protocol.AttemptResult.Metric;
import com.alphaheng.spec.BenchmarkSpec;
import com.alphaheng.worker.job.measure.RatioEstimate;
import com.alphaheng.worker.job.measure.SessionRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/// One block of two commands that stay. Both are started anew, since two processes of one and the same build differ for
/// as long as they live; then they measure in turns, base, candidate, candidate, base. The shorter a turn, the less it
/// matters how the machine's speed drifts. Whoever follows the other takes a turn that does not count before its own:
/// what the other left behind, in caches, in memory or on a GPU, must not be felt in a turn that does (crossover trials
/// wash out likewise: S. Senn, Cross-over Trials in Clinical Research, 2002). The block's ratio is the
/// trimmed mean of its pairs.
final class TurnsBlock {
    /// The interval within a block says nothing: the spread between blocks is what counts.
    private static final double ANY_RISK = 0.5;

    private final Clocks clocks;
    private final BenchmarkSpec spec;
    private final Start base;
    private final Start candidate;
    private final LongSupplier seeds;

    /// Starts a command that stays.
    @FunctionalInterface
    interface Start {
        Runs.Turns start() throws EnvironmentFailure, StepEnded;
    }

    /// @param seeds another one for each pair of turns
    TurnsBlock(Clocks clocks, BenchmarkSpec spec, Start base, Start candidate, LongSupplier seeds) {
        this.clocks = clocks;
        this.spec = spec;
        this.base = base;
        this.candidate = candidate;
        this.seeds = seeds;
    }

    /// @param candidateFirst whether the candidate is started first, and has the first turn
    MeasuredBlock take(boolean candidateFirst) throws EnvironmentFailure, StepEnded {
        Side ofBase = new Side("base", "the baseline command");
        Side ofCandidate = new Side("candidate", "the benchmark command");
        try (Runs.Turns first = (candidateFirst ? candidate : base).start()) {
            Side firstSide = (candidateFirst ? ofCandidate : ofBase).warmedUp(first);
            try (Runs.Turns second = (candidateFirst ? base : candidate).start()) {
                Side secondSide = (candidateFirst ? ofBase : ofCandidate).warmedUp(second);
                List<SessionRecord.Run> runs = new ArrayList<>();
                Side before = secondSide;
                for (int i = 0; i < spec.turns(); i++) {
                    long seed = seeds.getAsLong();
                    for (Side side : i % 2 == 1 ? List.of(secondSide, firstSide) : List.of(firstSide, secondSide)) {
                        if (side != before) {
                            side.washOut();
                        }
                        runs.add(side.turn(seed));
                        before = side;
                    }
                }
                // What the candidate loaded is held against the base, which therefore ends first.
                ofBase.end();
                ofCandidate.end();
                return new MeasuredBlock(runs, ofBase.metrics, ofCandidate.metrics, ratio(ofBase, ofCandidate));
            }
        }
    }

    private static double ratio(Side base, Side candidate) {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < base.values.size(); i++) {
            ratios.add(candidate.values.get(i) / base.values.get(i));
        }
        return RatioEstimate.of(ratios, ANY_RISK).ratio();
    }

    /// Base or candidate, and its turns so far.
    private final class Side {
        private final String name;
        private final String what;
        private final List<List<Metric>> metrics = new ArrayList<>();
        private final List<Double> values = new ArrayList<>();
        private Runs.Turns turns;

        Side(String name, String what) {
            this.name = name;
            this.what = what;
        }

        Side warmedUp(Runs.Turns started) throws EnvironmentFailure, StepEnded {
            turns = started;
            washOut();
            return this;
        }

        void washOut() throws EnvironmentFailure, StepEnded {
            value(passed(turns.turn(seeds.getAsLong())));
        }

        SessionRecord.Run turn(long seed) throws EnvironmentFailure, StepEnded {
            Clocks.Moment began = clocks.now();
            StepResult result = passed(turns.turn(seed));
            double seconds = Duration.between(began.awake(), clocks.awake().instant()).toMillis() / 1000.0;
            values.add(value(result));
            metrics.add(result.metrics());
            return new SessionRecord.Run(name, seed, began.wall(), seconds, values.getLast());
        }

        void end() throws EnvironmentFailure, StepEnded {
            passed(turns.end());
        }

        private double value(StepResult result) throws StepEnded {
            return MeasuredBlock.value(result.metrics(), spec.metric(), what);
        }

        private static StepResult passed(StepResult result) throws StepEnded {
            if (!result.succeeded()) {
                throw new StepEnded(result);
            }
            return result;
        }
    }
}
