package com.alphaheng.worker.job;

import com.alphaheng.protocol.AttemptResult.Metric;
import com.alphaheng.protocol.AttemptResult.Outcome;
import com.alphaheng.protocol.Trial;
import com.alphaheng.spec.BenchmarkSpec;
import com.alphaheng.spec.BenchmarkSpec.Better;
import com.alphaheng.spec.TaskSpec;
import com.alphaheng.worker.job.Commands.Confinement;
import com.alphaheng.worker.job.measure.SessionRecord;
import com.alphaheng.worker.job.tune.ConfigurationRun;
import com.alphaheng.worker.job.tune.ConfigurationRun.Tried;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/// Verifies configurations of a search and measures each right beside the base. What counts is how many times better
/// than the base one is: only that compares over a day on one machine, whose speed drifts, and between machines of one
/// chip. With `turns:` both stay and measure in turns; otherwise the configuration runs between two runs of the base.
final class TrialsBesideBase {
    private static final String UNIT = "times the base";

    private final AttemptContext context;
    private final String source;
    private final Path folder;
    private final BenchmarkSpec benchmark;
    private final ConfigurationRun runs;
    private final InputSeeds seeds = new InputSeeds();
    private OptionalDouble lastBase = OptionalDouble.empty();

    /// @param folder a checkout of the base
    /// @param source of the commands' lines in the output
    TrialsBesideBase(AttemptContext context, Path folder, String source) {
        TaskSpec task = context.job().task();
        this.context = context;
        this.folder = folder;
        this.source = source;
        this.benchmark = task.benchmark().orElseThrow();
        this.runs = new ConfigurationRun(task, (script, more) ->
                context.sealed(source, script, folder, more, Optional.empty()));
    }

    /// Verifies a configuration, and measures it; once more, should the machine sleep meanwhile.
    ///
    /// @throws StepEnded if that says nothing of the configuration: the base cannot be measured, or it was killed
    Trial take(Map<String, String> configuration) throws EnvironmentFailure, StepEnded {
        Optional<Tried> objection = runs.verify(configuration);
        if (objection.isPresent()) {
            return trial(configuration, objection.get());
        }
        context.coolMachine();
        Clocks.Moment began = context.clocks().now();
        Trial trial = measured(configuration);
        Duration jump = context.clocks().jumpSince(began);
        if (jump.isZero()) {
            return trial;
        }
        context.say("measured again: the machine slept, or its clock was set, by " + jump.toSeconds() + " s");
        return measured(configuration);
    }

    /// What a trial measured, for people.
    String describe(Trial trial) {
        if (trial.value().isEmpty()) {
            return trial.note();
        }
        List<Double> samples = trial.samples();
        return String.format(Locale.ROOT, "%.4g %s", trial.value().get(), UNIT) + (inTurns() ? " in "
                + benchmark.turns() + " turns each" : String.format(Locale.ROOT, " (%s = %.5g; base %.5g before, %.5g "
                + "after)", benchmark.metric(), samples.get(1), samples.getFirst(), samples.getLast()));
    }

    /// A trial that was measured here or elsewhere, with its ratio to each measurement of the base beside it.
    static Metric metric(String name, Trial trial, BenchmarkSpec benchmark) {
        List<Double> samples = trial.samples();
        List<Double> ratios = new ArrayList<>();
        if (samples.size() == 3) {
            ratios.add(times(samples.get(1), samples.getFirst(), benchmark));
            ratios.add(times(samples.get(1), samples.getLast(), benchmark));
        } else {
            for (int i = 0; i + 1 < samples.size(); i += 2) {
                ratios.add(times(samples.get(i + 1), samples.get(i), benchmark));
            }
        }
        return metric(name, trial.value().orElseThrow(), ratios);
    }

    static Metric metric(String name, double value, List<Double> ratios) {
        return new Metric(name, value, UNIT, ratios);
    }

    private boolean inTurns() {
        return benchmark.turns() > 0;
    }

    private Trial measured(Map<String, String> configuration) throws EnvironmentFailure, StepEnded {
        if (inTurns()) {
            return turnByTurn(configuration);
        }
        if (lastBase.isEmpty()) {
            context.say("warming up with the base; this run is not counted");
            base();
            lastBase = OptionalDouble.of(base());
        }
        return trial(configuration, runs.measure(configuration));
    }

    private Trial trial(Map<String, String> configuration, Tried tried) throws EnvironmentFailure, StepEnded {
        return switch (tried) {
            case Tried.Interrupted(Commands.Killed killed) ->
                    throw new StepEnded(context.killed("a trial of " + Trial.text(configuration), killed));
            case Tried.Refused(String note) -> refused(configuration, note);
            case Tried.Measured(double value) -> {
                double before = lastBase.orElseThrow();
                double after = base();
                lastBase = OptionalDouble.of(after);
                yield new Trial(configuration, Optional.of(times(value, Math.sqrt(before * after), benchmark)),
                        List.of(before, value, after), "");
            }
        };
    }

    private static Trial refused(Map<String, String> configuration, String note) {
        return new Trial(configuration, Optional.empty(), List.of(), note);
    }

    private Trial turnByTurn(Map<String, String> configuration) throws EnvironmentFailure, StepEnded {
        MeasuredBlock block;
        try {
            block = new TurnsBlock(context.clocks(), benchmark,
                    () -> stay(MeasuredSide.base(runs.baseScript(), folder), Map.of()),
                    () -> stay(MeasuredSide.candidate(benchmark.command(), folder), ConfigurationRun.variables(
                            configuration)), seeds::next).take(false);
        } catch (StepEnded ended) {
            if (ended.result().outcome() != Outcome.VERIFICATION_FAILED) {
                throw ended;
            }
            // It was the configuration's fault if the base can be measured.
            base();
            return refused(configuration, ended.result().reason());
        }
        List<Double> base = values(block, "base");
        List<Double> own = values(block, "candidate");
        List<Double> samples = new ArrayList<>();
        for (int i = 0; i < base.size(); i++) {
            samples.add(base.get(i));
            samples.add(own.get(i));
        }
        return new Trial(configuration, Optional.of(times(block.ratio(), 1, benchmark)), samples, "");
    }

    private CommandTurns stay(MeasuredSide side, Map<String, String> more) throws EnvironmentFailure {
        return context.stay(source, side.what(), side.script(), side.folder(), Confinement.SEALED, more);
    }

    private static List<Double> values(MeasuredBlock block, String side) {
        return block.runs().stream().filter(run -> run.side().equals(side)).map(SessionRecord.Run::value).toList();
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

    private static double times(double value, double base, BenchmarkSpec benchmark) {
        return benchmark.better() == Better.HIGHER ? value / base : base / value;
    }
}
