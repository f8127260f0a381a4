package com.alphaheng.worker.job;

import com.alphaheng.protocol.AttemptResult;
import com.alphaheng.protocol.AttemptResult.Metric;
import com.alphaheng.spec.BenchmarkSpec;
import com.alphaheng.worker.job.measure.RatioEstimate;
import com.alphaheng.worker.job.measure.RunSummary;
import com.alphaheng.worker.job.measure.SequentialTest;
import com.alphaheng.worker.job.measure.SequentialTest.Verdict;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Measures a candidate against its base in one session: after a warm-up of each, blocks of base, candidate, candidate,
/// base (so that a machine that slowly heats up or cools down favours neither), until [SequentialTest] has its answer,
/// the budget is used up or the most blocks are measured. A paired command makes such a block by itself.
final class BenchmarkStep {
    private static final int ALONE_RUNS = 3;
    private static final String BASE_PREFIX = "baseline.";
    private static final String BASELINE = "the baseline command";
    private static final String CANDIDATE = "the benchmark command";

    private final AttemptContext context;
    private final BenchmarkSpec spec;
    private final Path baseFolder;
    private final Path candidateFolder;
    private final RunSummary base = new RunSummary();
    private final RunSummary candidate = new RunSummary();
    private final List<Double> blockRatios = new ArrayList<>();

    /// @param baseFolder where the baseline command runs; the same as the candidate's if both are one commit
    BenchmarkStep(AttemptContext context, BenchmarkSpec spec, Path baseFolder, Path candidateFolder) {
        this.context = context;
        this.spec = spec;
        this.baseFolder = baseFolder;
        this.candidateFolder = candidateFolder;
    }

    StepResult run() throws EnvironmentFailure {
        context.stage("benchmarking");
        try {
            if (spec.paired()) {
                return compare(this::pairedBlock);
            }
            if (spec.baselineCommand().isEmpty()) {
                return measureAlone();
            }
            String baseline = spec.baselineCommand().get();
            context.say("warming up base and candidate; these runs are not counted");
            one(baseline, baseFolder, BASELINE, new RunSummary());
            one(spec.command(), candidateFolder, CANDIDATE, new RunSummary());
            return compare(() -> block(baseline));
        } catch (RunFailed failed) {
            return failed.result.withMetrics(measured(Optional.empty()));
        }
    }

    private StepResult measureAlone() throws EnvironmentFailure, RunFailed {
        Instant start = context.clock().instant();
        for (int i = 0; i < ALONE_RUNS; i++) {
            one(spec.command(), candidateFolder, CANDIDATE, candidate);
            Duration perRun = since(start).dividedBy(i + 1);
            if (since(start).plus(perRun).compareTo(budget()) > 0) {
                break;
            }
        }
        return StepResult.passed(Optional.of(0), measured(Optional.empty()));
    }

    private StepResult compare(Block block) throws EnvironmentFailure, RunFailed {
        Instant start = context.clock().instant();
        Verdict verdict = Verdict.UNDECIDED;
        while (verdict == Verdict.UNDECIDED && blockRatios.size() < SequentialTest.mostBlocks() && anotherFits(start)) {
            blockRatios.add(block.ratio());
            verdict = SequentialTest.judge(blockRatios, spec.minimumEffect());
        }
        RatioEstimate estimate = SequentialTest.estimate(blockRatios);
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

    private boolean anotherFits(Instant start) {
        int done = blockRatios.size();
        if (done < SequentialTest.leastBlocks()) {
            return true;
        }
        return since(start).plus(since(start).dividedBy(done)).compareTo(budget()) <= 0;
    }

    private double block(String baseline) throws EnvironmentFailure, RunFailed {
        double before = one(baseline, baseFolder, BASELINE, base);
        double first = one(spec.command(), candidateFolder, CANDIDATE, candidate);
        double second = one(spec.command(), candidateFolder, CANDIDATE, candidate);
        double after = one(baseline, baseFolder, BASELINE, base);
        return gain(Math.sqrt(first * second / (before * after)));
    }

    /// One run of a command that measures both sides in turns.
    private double pairedBlock() throws EnvironmentFailure, RunFailed {
        StepResult result = completed(spec.command(), candidateFolder, CANDIDATE);
        double measured = value(result, spec.metric(), CANDIDATE);
        double against = value(result, BASE_PREFIX + spec.metric(), CANDIDATE);
        result.metrics().forEach(metric -> (metric.name().startsWith(BASE_PREFIX) ? base : candidate)
                .add(List.of(new Metric(metric.name().replaceFirst("^baseline\\.", ""), metric.value(), metric.unit(),
                        metric.samples()))));
        return gain(measured / against);
    }

    private double gain(double ratio) {
        return spec.better() == BenchmarkSpec.Better.HIGHER ? ratio : 1 / ratio;
    }

    private double one(String script, Path folder, String what, RunSummary summary)
            throws EnvironmentFailure, RunFailed {
        StepResult result = completed(script, folder, what);
        double value = value(result, spec.metric(), what);
        summary.add(result.metrics());
        return value;
    }

    private StepResult completed(String script, Path folder, String what) throws EnvironmentFailure, RunFailed {
        StepResult result = context.command("benchmark", what, script, folder);
        if (!result.succeeded()) {
            throw new RunFailed(result);
        }
        return result;
    }

    private static double value(StepResult result, String name, String what) throws RunFailed {
        Optional<Metric> metric = result.metrics().stream().filter(m -> m.name().equals(name)).findFirst();
        if (metric.isEmpty() || metric.get().value() <= 0) {
            String found = result.metrics().isEmpty() ? "nothing was written"
                    : "found " + result.metrics().stream().map(m -> m.name() + " = " + m.value()).toList();
            throw new RunFailed(new StepResult(AttemptResult.Outcome.VERIFICATION_FAILED, what
                    + " must write the metric '" + name + "' with a value above 0 into $HENG_METRICS; " + found,
                    result.exitStatus(), List.of()));
        }
        return metric.get().value();
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

    private Duration since(Instant start) {
        return Duration.between(start, context.clock().instant());
    }

    /// Measures both sides once more.
    @FunctionalInterface
    private interface Block {
        double ratio() throws EnvironmentFailure, RunFailed;
    }

    private static final class RunFailed extends Exception {
        private static final long serialVersionUID = 1L;
        private final transient StepResult result;

        RunFailed(StepResult result) {
            super(result.reason());
            this.result = result;
        }
    }
}
