package com.alphaheng.worker.job;

import com.alphaheng.protocol.AttemptResult.Metric;
import com.alphaheng.protocol.AttemptResult.Outcome;
import com.alphaheng.protocol.Trial;
import com.alphaheng.spec.BenchmarkSpec.Better;
import com.alphaheng.spec.TaskSpec;
import com.alphaheng.spec.TuneSpec;
import com.alphaheng.worker.job.tune.ConfigurationRun;
import com.alphaheng.worker.job.tune.ConfigurationRun.Tried;
import com.alphaheng.worker.job.tune.Search;
import com.alphaheng.worker.job.tune.TuneBackend;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Measures one share of a search that is spread over workers: each of its configurations is verified and then run
/// between two runs of the base. What counts is the ratio to these, so that figures of machines of one chip compare
/// although one of them is slower today. Changes nothing.
final class ShareStep {
    private final AttemptContext context;
    private final TuneSpec spec;
    private final TuneSpec.Share share;
    private final boolean higherIsBetter;
    private final String metric;
    private final ConfigurationRun runs;
    private final List<Trial> trials = new ArrayList<>();

    /// @param folder a checkout of the base
    ShareStep(AttemptContext context, Path folder) {
        TaskSpec task = context.job().task();
        this.context = context;
        this.spec = task.tune().orElseThrow();
        this.share = spec.share().orElseThrow();
        this.higherIsBetter = task.benchmark().orElseThrow().better() == Better.HIGHER;
        this.metric = task.benchmark().orElseThrow().metric();
        this.runs = new ConfigurationRun(task, (script, more) ->
                context.sealed("benchmark", script, folder, more, Optional.empty()));
    }

    /// What was measured; all of it once the step has passed.
    List<Trial> trials() {
        return List.copyOf(trials);
    }

    StepResult run() throws EnvironmentFailure {
        context.stage("benchmarking");
        List<Trial> before = context.job().shares().stream().flatMap(earlier -> earlier.trials().stream()).toList();
        List<Map<String, String>> configurations = share.part(Search.spread(spec).round(share.round(), before));
        if (configurations.isEmpty()) {
            return StepResult.passed(Optional.empty(), List.of()).because("the round has no configuration left for "
                    + "this share");
        }
        try {
            context.coolMachine();
            context.say("warming up with the base; this run is not counted");
            base();
            double last = base();
            for (Map<String, String> configuration : configurations) {
                last = tried(configuration, last, true);
            }
        } catch (StepEnded ended) {
            return ended.result().withMetrics(metrics());
        }
        return StepResult.passed(Optional.of(0), metrics()).because(summary());
    }

    /// Verifies a configuration and measures it against the base.
    ///
    /// @param before the base, measured last
    /// @param again  whether to measure it once more, should the machine sleep meanwhile
    /// @return the base, measured last
    private double tried(Map<String, String> configuration, double before, boolean again)
            throws EnvironmentFailure, StepEnded {
        Optional<Tried> objection = runs.verify(configuration);
        context.coolMachine();
        Clocks.Moment began = context.clocks().now();
        Tried tried = objection.isPresent() ? objection.get() : runs.measure(configuration);
        return switch (tried) {
            case Tried.Interrupted(Commands.Killed killed) ->
                    throw new StepEnded(context.killed("a trial of " + Trial.text(configuration), killed));
            case Tried.Refused(String note) -> {
                add(new Trial(configuration, Optional.empty(), List.of(), note), note);
                yield before;
            }
            case Tried.Measured(double value) -> {
                double after = base();
                Duration jump = context.clocks().jumpSince(began);
                if (!jump.isZero() && again) {
                    context.say("measured again: the machine slept, or its clock was set, by " + jump.toSeconds()
                            + " s");
                    yield tried(configuration, after, false);
                }
                double ratio = times(value, Math.sqrt(before * after));
                add(new Trial(configuration, Optional.of(ratio), List.of(before, value, after), ""),
                        String.format(Locale.ROOT, "%s = %.5g, %.4g times the base (%.5g before, %.5g after)", metric,
                                value, ratio, before, after));
                yield after;
            }
        };
    }

    private double base() throws EnvironmentFailure, StepEnded {
        return switch (runs.measureBase()) {
            case Tried.Measured(double value) -> value;
            case Tried.Interrupted(Commands.Killed killed) ->
                    throw new StepEnded(context.killed("the run of the base", killed));
            case Tried.Refused(String note) -> throw new StepEnded(StepResult.failed(Outcome.VERIFICATION_FAILED,
                    "the base could not be measured, without $HENG_TUNING: " + note));
        };
    }

    private double times(double value, double base) {
        return higherIsBetter ? value / base : base / value;
    }

    private void add(Trial trial, String said) {
        trials.add(trial);
        context.say("trial %d, %s: %s".formatted(trials.size(), Trial.text(trial.configuration()), said));
    }

    private String summary() {
        String refused = String.join("; ", trials.stream().filter(trial -> trial.value().isEmpty())
                .map(trial -> Trial.text(trial.configuration()) + ": " + trial.note()).toList());
        return "%d of %d configurations measured".formatted(trials.stream().filter(trial ->
                trial.value().isPresent()).count(), trials.size()) + (refused.isEmpty() ? "" : "; " + refused);
    }

    /// For people: each trial with its ratio to the base before and the base after.
    private List<Metric> metrics() {
        List<Metric> metrics = new ArrayList<>();
        for (int i = 0; i < trials.size(); i++) {
            Trial trial = trials.get(i);
            String name = "trial %d (%s)".formatted(i + 1, Trial.text(trial.configuration()));
            trial.value().ifPresent(ratio -> metrics.add(new Metric(name, ratio, TuneBackend.TIMES_THE_BASE, List.of(
                    times(trial.samples().get(1), trial.samples().get(0)),
                    times(trial.samples().get(1), trial.samples().get(2))))));
        }
        return metrics;
    }
}
