package com.alphaheng.worker.job.tune;

import com.alphaheng.protocol.AttemptResult.Metric;
import com.alphaheng.protocol.JobSpec;
import com.alphaheng.protocol.Trial;
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
import com.alphaheng.worker.job.tune.ConfigurationRun.Tried;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// A search instead of an agent: tries configurations, each verified before it is measured, or takes what the shares of
/// a spread search measured, and enters the best into the source. What it entered is then judged like any change:
/// sealed verification, measurement against the base, merge.
public final class TuneBackend implements AgentBackend {
    /// The name under which routing knows it.
    public static final String NAME = "tune";
    /// What a trial of a spread search is measured in.
    public static final String TIMES_THE_BASE = "times the base";

    private final TaskSpec task;
    private final TuneSpec spec;
    private final BenchmarkSpec benchmark;
    private final Commands commands;
    private final boolean spread;
    private final Search search;
    private final List<Trial> trials = new ArrayList<>();
    private final List<String> workers = new ArrayList<>();
    private Optional<Map<String, String>> best = Optional.empty();

    /// @param job of a task of kind tune, with its search and its benchmark
    public TuneBackend(JobSpec job, Commands commands) {
        this.task = job.task();
        this.spec = task.tune().orElseThrow();
        this.benchmark = task.benchmark().orElseThrow();
        this.commands = commands;
        this.spread = spec.workers() > 1;
        this.search = spread ? Search.spread(spec) : new Search(spec, benchmark.better());
        for (JobSpec.ShareResult share : job.shares()) {
            for (Trial trial : share.trials()) {
                trials.add(trial);
                workers.add(share.worker());
            }
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Map<String, String> terms() {
        return Map.of("search", spec.search().name().toLowerCase(Locale.ROOT), "seed", Long.toString(spec.seed()),
                "trials", Integer.toString(spec.trials()), "workers", Integer.toString(spec.workers()));
    }

    @Override
    public AgentRun run(Request request) throws EnvironmentFailure {
        long end = System.nanoTime() + request.timeLimit().toNanos();
        ConfigurationRun runs = new ConfigurationRun(task, (script, more) -> run(script, more, request, end));
        if (!spread) {
            for (var next = search.next(trials); next.isPresent(); next = search.next(trials)) {
                Optional<AgentRun> ended = tried(next.get(), request, runs);
                if (ended.isPresent()) {
                    return ended.get();
                }
            }
        }
        best = search.best(trials);
        if (best.isEmpty()) {
            return failed(AgentFailure.BAD_OUTPUT, trials.isEmpty() ? "no configuration satisfies the constraints"
                    : "none of " + trials.size() + " trials could be measured; the last: " + trials.getLast().note());
        }
        request.output().line("agent", "best of " + trials.size() + " trials: " + Trial.text(best.get()));
        return switch (runs.run(spec.commit(), best.get())) {
            case Commands.Exited exited when exited.status() == 0 -> new AgentRun.Done(Usage.NONE);
            case Commands.Exited exited -> failed(AgentFailure.BAD_OUTPUT, "the commit command "
                    + ConfigurationRun.ending(exited));
            case Commands.Killed killed -> stopped(killed);
        };
    }

    /// What was tried, for the report: one metric a trial, named by its configuration and, in a spread search, its
    /// worker, then the best with its median.
    public List<Metric> metrics() {
        List<Metric> metrics = new ArrayList<>();
        String unit = spread ? TIMES_THE_BASE : benchmark.metric();
        for (int i = 0; i < trials.size(); i++) {
            Trial trial = trials.get(i);
            String name = "trial %d%s (%s)".formatted(i + 1, spread ? " on " + workers.get(i) : "",
                    Trial.text(trial.configuration()));
            trial.value().ifPresent(value -> metrics.add(new Metric(name, value, unit, List.of())));
        }
        best.ifPresent(configuration -> metrics.add(new Metric("best trial (" + Trial.text(configuration) + ")",
                search.score(configuration, trials).orElseThrow(), unit, List.of())));
        metrics.add(new Metric("trials", trials.size(), "", List.of()));
        return metrics;
    }

    /// Verifies and measures one configuration.
    ///
    /// @return how the search ends early, if it must
    private Optional<AgentRun> tried(Map<String, String> configuration, Request request, ConfigurationRun runs)
            throws EnvironmentFailure {
        Optional<Tried> objection = runs.verify(configuration);
        String said;
        switch (objection.isPresent() ? objection.get() : runs.measure(configuration)) {
            case Tried.Interrupted(Commands.Killed killed) -> {
                return Optional.of(stopped(killed));
            }
            case Tried.Refused(String note) -> {
                trials.add(new Trial(configuration, Optional.empty(), List.of(), note));
                said = note;
            }
            case Tried.Measured(double value) -> {
                trials.add(new Trial(configuration, Optional.of(value), List.of(value), ""));
                said = String.format(Locale.ROOT, "%s = %.5g", benchmark.metric(), value);
            }
        }
        request.output().line("agent", "trial %d of at most %d, %s: %s".formatted(trials.size(), spec.trials(),
                Trial.text(configuration), said));
        return Optional.empty();
    }

    private Commands.Outcome run(String script, Map<String, String> more, Request request, long end)
            throws EnvironmentFailure {
        Map<String, String> environment = new HashMap<>(request.environment());
        environment.putAll(more);
        Duration left = Duration.ofNanos(Math.max(1, end - System.nanoTime()));
        return commands.run(new Commands.Request("agent", script, request.folder(), environment, left,
                Optional.empty(), Confinement.SEALED), request.stop(), request.output());
    }

    private static AgentRun stopped(Commands.Killed killed) {
        return failed(AgentFailure.of(killed.cause()), "killed: " + killed.cause());
    }

    private static AgentRun failed(AgentFailure failure, String reason) {
        return new AgentRun.Failed(failure, reason, Optional.empty(), Usage.NONE);
    }
}
