package com.alphaheng.worker.job;

import com.alphaheng.protocol.AttemptResult;
import com.alphaheng.protocol.AttemptResult.Metric;
import com.alphaheng.spec.BenchmarkSpec;
import com.alphaheng.worker.job.measure.Heat;
import com.alphaheng.worker.job.measure.RatioEstimate;
import com.alphaheng.worker.job.measure.RunSummary;
import com.alphaheng.worker.job.measure.SequentialTest;
import com.alphaheng.worker.job.measure.SequentialTest.Verdict;
import com.alphaheng.worker.job.measure.SessionRecord;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Measures a candidate against its base in one session: after a warm-up of each, blocks of base, candidate, candidate,
/// base (so that a machine that slowly heats up or cools down favours neither), until [SequentialTest] has its answer,
/// the budget is used up or the most blocks are measured. Commands that stay make it a [TurnsBlock]; a paired command
/// makes a block by itself. No block begins while heat slows the machine down, and one during which that happened, or
/// the machine slept, is set aside.
final class BenchmarkStep {
    private static final int ALONE_RUNS = 3;
    /// After so many, heat and sleep belong to how this machine is, and base and candidate share them.
    private static final int MOST_SET_ASIDE = 3;
    private static final String BASE_PREFIX = "baseline.";

    private final AttemptContext context;
    private final BenchmarkSpec spec;
    private final Path baseFolder;
    private final MeasuredSide ofCandidate;
    private final Runs runs;
    private final InputSeeds seeds = new InputSeeds();
    private final RunSummary base = new RunSummary();
    private final RunSummary candidate = new RunSummary();
    private final List<Double> blockRatios = new ArrayList<>();
    private final SessionRecord session;
    private Instant start;
    private Duration waitedBefore;
    private int setAside;

    /// @param baseFolder where the baseline command runs; the same as the candidate's if both are one commit
    BenchmarkStep(AttemptContext context, BenchmarkSpec spec, Path baseFolder, Path candidateFolder) {
        this(context, spec, baseFolder, candidateFolder, new OpenRuns(context, Commands.Confinement.OPEN));
    }

    /// @param runs how each command is run
    BenchmarkStep(AttemptContext context, BenchmarkSpec spec, Path baseFolder, Path candidateFolder, Runs runs) {
        this.context = context;
        this.runs = runs;
        this.spec = spec;
        this.baseFolder = baseFolder;
        this.ofCandidate = MeasuredSide.candidate(spec.command(), candidateFolder);
        this.session = new SessionRecord(context.settings().machine(), context.settings().environment().get(),
                spec.metric());
    }

    StepResult run() throws EnvironmentFailure {
        context.stage("benchmarking");
        Optional<RatioEstimate> estimate = Optional.empty();
        try {
            if (!spec.paired() && spec.baselineCommand().isEmpty()) {
                return measureAlone();
            }
            estimate = Optional.of(spec.paired() ? compare(this::pairedBlock)
                    : compare(MeasuredSide.base(spec.baselineCommand().get(), baseFolder)));
            return judged(estimate.get());
        } catch (StepEnded ended) {
            return ended.result().withMetrics(measured(Optional.empty()));
        } finally {
            context.kept().keepNext("worker/benchmark-", ".json", session.json(estimate));
        }
    }

    private StepResult measureAlone() throws EnvironmentFailure, StepEnded {
        begin();
        for (int i = 0; i < ALONE_RUNS; i++) {
            Heat before = context.coolMachine();
            Measured run = one(ofCandidate, seeds.next());
            candidate.add(run.metrics);
            session.add(new SessionRecord.Block(true, before.describe(), context.gate().read().describe(),
                    List.of(run.run)));
            if (measuring().plus(measuring().dividedBy(i + 1)).compareTo(budget()) > 0) {
                break;
            }
        }
        return StepResult.passed(Optional.of(0), measured(Optional.empty()));
    }

    private RatioEstimate compare(MeasuredSide ofBase) throws EnvironmentFailure, StepEnded {
        if (spec.turns() > 0) {
            return compare(() -> turnsBlock(ofBase));
        }
        context.coolMachine();
        context.say("warming up base and candidate; these runs are not counted");
        one(ofBase, seeds.next());
        one(ofCandidate, seeds.next());
        return compare(() -> block(ofBase));
    }

    private RatioEstimate compare(Block block) throws EnvironmentFailure, StepEnded {
        begin();
        Verdict verdict = Verdict.UNDECIDED;
        while (verdict == Verdict.UNDECIDED && blockRatios.size() < SequentialTest.mostBlocks() && anotherFits()) {
            if (counted(block)) {
                verdict = SequentialTest.judge(blockRatios, spec.minimumEffect());
            }
        }
        return SequentialTest.estimate(blockRatios);
    }

    private StepResult judged(RatioEstimate estimate) {
        String figures = String.format(Locale.ROOT, "%s: %.4g times the baseline (between %.4g and %.4g, %d blocks)",
                spec.metric(), estimate.ratio(), estimate.low(), estimate.high(), estimate.blocks());
        context.say(figures);
        List<Metric> metrics = measured(Optional.of(estimate));
        if (estimate.low() > 1 + spec.minimumEffect()) {
            return StepResult.passed(Optional.of(0), metrics);
        }
        return new StepResult(AttemptResult.Outcome.VERIFICATION_FAILED, String.format(Locale.ROOT,
                "no proven improvement: %s; %s must clear %.4g", figures, "the lower bound", 1 + spec.minimumEffect()),
                Optional.of(0), metrics);
    }

    private boolean anotherFits() {
        int done = blockRatios.size();
        if (done < SequentialTest.leastBlocks()) {
            return true;
        }
        return measuring().plus(measuring().dividedBy(done)).compareTo(budget()) <= 0;
    }

    /// Measures one more block.
    ///
    /// @return false if it was set aside
    private boolean counted(Block block) throws EnvironmentFailure, StepEnded {
        Heat before = context.coolMachine();
        Clocks.Moment began = context.clocks().now();
        MeasuredBlock taken = block.take();
        Heat after = context.gate().read();
        Duration jump = context.clocks().jumpSince(began);
        boolean counted = context.gate().lets(after) && jump.isZero() || setAside == MOST_SET_ASIDE;
        session.add(new SessionRecord.Block(counted, before.describe(), after.describe(), taken.runs()));
        if (!counted) {
            setAside++;
            context.say("a block is set aside: " + (jump.isZero() ? after.describe()
                    : "the machine slept, or its clock was set, by " + jump.toSeconds() + " s"));
            return false;
        }
        taken.ofBase().forEach(base::add);
        taken.ofCandidate().forEach(candidate::add);
        blockRatios.add(spec.better() == BenchmarkSpec.Better.HIGHER ? taken.ratio() : 1 / taken.ratio());
        context.say(soFar());
        return true;
    }

    private String soFar() {
        String block = String.format(Locale.ROOT, "block %d: %.4g times the baseline", blockRatios.size(),
                blockRatios.getLast());
        if (blockRatios.size() < SequentialTest.leastBlocks()) {
            return block;
        }
        RatioEstimate estimate = SequentialTest.estimate(blockRatios);
        return block + String.format(Locale.ROOT, "; so far %.4g (between %.4g and %.4g)", estimate.ratio(),
                estimate.low(), estimate.high());
    }

    private MeasuredBlock block(MeasuredSide ofBase) throws EnvironmentFailure, StepEnded {
        long seed = seeds.next();
        Measured first = one(ofBase, seed);
        Measured second = one(ofCandidate, seed);
        long another = seeds.next();
        Measured third = one(ofCandidate, another);
        Measured fourth = one(ofBase, another);
        return new MeasuredBlock(List.of(first.run, second.run, third.run, fourth.run),
                List.of(first.metrics, fourth.metrics), List.of(second.metrics, third.metrics),
                Math.sqrt(second.run.value() * third.run.value() / (first.run.value() * fourth.run.value())));
    }

    private MeasuredBlock turnsBlock(MeasuredSide ofBase) throws EnvironmentFailure, StepEnded {
        return new TurnsBlock(context.clocks(), spec, () -> runs.stay(ofBase), () -> runs.stay(ofCandidate),
                seeds::next).take(blockRatios.size() % 2 == 1);
    }

    /// One run of a command that measures both sides in turns.
    private MeasuredBlock pairedBlock() throws EnvironmentFailure, StepEnded {
        Measured both = one(ofCandidate, seeds.next());
        double against = MeasuredBlock.value(both.metrics, BASE_PREFIX + spec.metric(), ofCandidate.what());
        List<Metric> ofBase = both.metrics.stream().filter(metric -> metric.name().startsWith(BASE_PREFIX))
                .map(metric -> new Metric(metric.name().substring(BASE_PREFIX.length()), metric.value(), metric.unit(),
                        metric.samples())).toList();
        List<Metric> ofCandidate = both.metrics.stream().filter(metric -> !metric.name().startsWith(BASE_PREFIX))
                .toList();
        return new MeasuredBlock(List.of(both.run, new SessionRecord.Run("base", both.run.seed(), both.run.start(),
                both.run.seconds(), against)), List.of(ofBase), List.of(ofCandidate), both.run.value() / against);
    }

    private void begin() {
        start = context.clocks().awake().instant();
        waitedBefore = context.gate().waited();
    }

    /// Time since [#begin], without the waits for the machine to cool down.
    private Duration measuring() {
        return Duration.between(start, context.clocks().awake().instant()).minus(context.gate().waited())
                .plus(waitedBefore);
    }

    private record Measured(SessionRecord.Run run, List<Metric> metrics) {
    }

    /// Measures both sides once more.
    @FunctionalInterface
    private interface Block {
        MeasuredBlock take() throws EnvironmentFailure, StepEnded;
    }

    private Measured one(MeasuredSide side, long seed) throws EnvironmentFailure, StepEnded {
        Clocks.Moment began = context.clocks().now();
        StepResult result = runs.run(side, seed);
        if (!result.succeeded()) {
            throw new StepEnded(result);
        }
        double value = MeasuredBlock.value(result.metrics(), spec.metric(), side.what());
        double seconds = Duration.between(began.awake(), context.clocks().awake().instant()).toMillis() / 1000.0;
        return new Measured(new SessionRecord.Run(side.name(), seed, began.wall(), seconds, value), result.metrics());
    }

    private List<Metric> measured(Optional<RatioEstimate> estimate) {
        List<Metric> metrics = new ArrayList<>(candidate.metrics(""));
        metrics.addAll(base.metrics(BASE_PREFIX));
        estimate.ifPresent(ratio -> {
            metrics.add(new Metric("ratio", ratio.ratio(), "", blockRatios));
            metrics.add(new Metric("ratio_low", ratio.low(), "", List.of()));
            metrics.add(new Metric("ratio_high", ratio.high(), "", List.of()));
        });
        return metrics;
    }

    private Duration budget() {
        Duration most = context.settings().benchmarkBudget();
        Duration left = context.timeLeft();
        return left.compareTo(most) < 0 ? left : most;
    }
}
