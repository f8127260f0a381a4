package com.alphaheng.worker.job.tune;

import com.alphaheng.protocol.AttemptResult.Metric;
import com.alphaheng.spec.BenchmarkSpec;
import com.alphaheng.spec.TaskSpec;
import com.alphaheng.spec.TuneSpec;
import com.alphaheng.worker.job.Commands;
import com.alphaheng.worker.job.Commands.Confinement;
import com.alphaheng.worker.job.EnvironmentFailure;
import com.alphaheng.worker.job.agent.AgentBackend;
import com.alphaheng.worker.job.agent.AgentFailure;
import com.alphaheng.worker.job.agent.AgentRun;
import com.alphaheng.worker.job.agent.Usage;
import com.alphaheng.worker.job.measure.MetricsDocument;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// A search instead of an agent: tries configurations, each verified before it is measured, and enters the best into
/// the source. What it entered is then judged like any change: sealed verification, measurement against the base,
/// merge.
public final class TuneBackend implements AgentBackend {
    /// The name under which routing knows it.
    public static final String NAME = "tune";
    /// The configuration that a command is to use.
    static final String CONFIGURATION = "HENG_TUNING";

    private final TaskSpec task;
    private final TuneSpec spec;
    private final BenchmarkSpec benchmark;
    private final Commands commands;
    private final List<Trial> trials = new ArrayList<>();
    private Optional<Map<String, String>> best = Optional.empty();

    /// @param task of kind tune, with its search and its benchmark
    public TuneBackend(TaskSpec task, Commands commands) {
        this.task = task;
        this.spec = task.tune().orElseThrow();
        this.benchmark = task.benchmark().orElseThrow();
        this.commands = commands;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Map<String, String> terms() {
        return Map.of("search", spec.search().name().toLowerCase(Locale.ROOT), "seed", Long.toString(spec.seed()),
                "trials", Integer.toString(spec.trials()));
    }

    @Override
    public AgentRun run(Request request) throws EnvironmentFailure {
        Search search = new Search(spec, benchmark.better());
        long end = System.nanoTime() + request.timeLimit().toNanos();
        for (var next = search.next(trials); next.isPresent(); next = search.next(trials)) {
            Optional<AgentRun> ended = tried(next.get(), request, end);
            if (ended.isPresent()) {
                return ended.get();
            }
        }
        best = search.best(trials);
        if (best.isEmpty()) {
            return failed(AgentFailure.BAD_OUTPUT, trials.isEmpty() ? "no configuration satisfies the constraints"
                    : "none of " + trials.size() + " trials could be measured; the last: " + trials.getLast().note());
        }
        request.output().line("agent", "best of " + trials.size() + " trials: " + Trial.text(best.get()));
        return switch (run(spec.commit(), best.get(), request, end)) {
            case Commands.Exited exited when exited.status() == 0 -> new AgentRun.Done(Usage.NONE);
            case Commands.Exited exited -> failed(AgentFailure.BAD_OUTPUT, "the commit command " + ending(exited));
            case Commands.Killed killed -> stopped(killed);
        };
    }

    /// What was tried, for the report: one metric a trial, named by its configuration, then the best with its median.
    public List<Metric> metrics() {
        List<Metric> metrics = new ArrayList<>();
        for (int i = 0; i < trials.size(); i++) {
            Trial trial = trials.get(i);
            String name = "trial %d (%s)".formatted(i + 1, Trial.text(trial.configuration()));
            trial.value().ifPresent(value -> metrics.add(new Metric(name, value, benchmark.metric(), List.of())));
        }
        best.ifPresent(configuration -> metrics.add(new Metric("best trial (" + Trial.text(configuration) + ")",
                Search.score(configuration, trials).orElseThrow(), benchmark.metric(), List.of())));
        metrics.add(new Metric("trials", trials.size(), "", List.of()));
        return metrics;
    }

    /// Verifies and measures one configuration.
    ///
    /// @return how the search ends early, if it must
    private Optional<AgentRun> tried(Map<String, String> configuration, Request request, long end)
            throws EnvironmentFailure {
        Optional<Double> value = Optional.empty();
        String note = "";
        List<String> scripts = new ArrayList<>(task.verifyCommand().stream().toList());
        scripts.add(benchmark.command());
        for (String script : scripts) {
            switch (run(script, configuration, request, end)) {
                case Commands.Killed killed -> {
                    return Optional.of(stopped(killed));
                }
                case Commands.Exited exited when exited.status() != 0 -> note = (script.equals(benchmark.command())
                        ? "the benchmark command " : "not verified: the verify command ") + ending(exited);
                case Commands.Exited exited -> value = measured(exited);
            }
            if (!note.isEmpty()) {
                break;
            }
        }
        if (note.isEmpty() && value.isEmpty()) {
            note = "the benchmark command wrote no metric '" + benchmark.metric() + "' above 0 into $HENG_METRICS";
        }
        trials.add(new Trial(configuration, note.isEmpty() ? value : Optional.empty(), note));
        request.output().line("agent", "trial %d of at most %d, %s: %s".formatted(trials.size(), spec.trials(),
                Trial.text(configuration), note.isEmpty() ? String.format(Locale.ROOT, "%s = %.5g",
                        benchmark.metric(), value.orElseThrow()) : note));
        return Optional.empty();
    }

    private Optional<Double> measured(Commands.Exited exited) {
        try {
            return exited.metrics().isEmpty() ? Optional.empty()
                    : MetricsDocument.parse(exited.metrics().get()).stream()
                    .filter(metric -> metric.name().equals(benchmark.metric()) && metric.value() > 0)
                    .map(Metric::value).findFirst();
        } catch (MetricsDocument.BadMetrics e) {
            return Optional.empty();
        }
    }

    private Commands.Outcome run(String script, Map<String, String> configuration, Request request, long end)
            throws EnvironmentFailure {
        Map<String, String> environment = new HashMap<>(request.environment());
        environment.put(CONFIGURATION, Trial.text(configuration));
        Duration left = Duration.ofNanos(Math.max(1, end - System.nanoTime()));
        return commands.run(new Commands.Request("agent", script, request.folder(), environment, left,
                Optional.empty(), Confinement.SEALED), request.stop(), request.output());
    }

    private static String ending(Commands.Exited exited) {
        return "ended with exit status " + exited.status()
                + (exited.lastLines().isEmpty() ? "" : ", " + exited.lastLines().getLast());
    }

    private static AgentRun stopped(Commands.Killed killed) {
        return failed(AgentFailure.of(killed.cause()), "killed: " + killed.cause());
    }

    private static AgentRun failed(AgentFailure failure, String reason) {
        return new AgentRun.Failed(failure, reason, Optional.empty(), Usage.NONE);
    }
}
