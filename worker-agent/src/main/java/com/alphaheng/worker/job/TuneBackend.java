package com.alphaheng.worker.job;

import com.alphaheng.protocol.AttemptResult.Metric;
import com.alphaheng.protocol.JobSpec;
import com.alphaheng.protocol.Trial;
import com.alphaheng.spec.BenchmarkSpec;
import com.alphaheng.spec.TuneSpec;
import com.alphaheng.worker.job.agent.AgentBackend;
import com.alphaheng.worker.job.agent.AgentFailure;
import com.alphaheng.worker.job.agent.AgentRun;
import com.alphaheng.worker.job.agent.Usage;
import com.alphaheng.worker.job.tune.ConfigurationRun;
import com.alphaheng.worker.job.tune.Search;
import java.util.ArrayList;
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

    private final AttemptContext context;
    private final TuneSpec spec;
    private final BenchmarkSpec benchmark;
    private final boolean spread;
    private final Search search;
    private final List<Trial> trials = new ArrayList<>();
    private final List<String> workers = new ArrayList<>();
    private Optional<Map<String, String>> best = Optional.empty();

    /// @param context of a task of kind tune, with its search and its benchmark
    TuneBackend(AttemptContext context) {
        this.context = context;
        this.spec = context.job().task().tune().orElseThrow();
        this.benchmark = context.job().task().benchmark().orElseThrow();
        this.spread = spec.workers() > 1;
        this.search = new Search(spec);
        for (JobSpec.ShareResult share : context.job().shares()) {
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
        AttemptContext own = context.within(request.timeLimit(), request.output());
        try {
            if (!spread) {
                tryAll(new TrialsBesideBase(own, request.folder(), "agent"), request);
            }
        } catch (StepEnded ended) {
            return failed(switch (ended.result().outcome()) {
                case STOPPED -> AgentFailure.STOPPED;
                case TIMED_OUT -> own.timeLeft().isPositive() ? AgentFailure.HANG : AgentFailure.TIME_LIMIT;
                case VERIFICATION_FAILED -> AgentFailure.IMPOSSIBLE;
                case SUCCEEDED, AGENT_FAILED, ENVIRONMENT_FAILED -> AgentFailure.BAD_OUTPUT;
            }, ended.result().reason());
        }
        best = search.best(trials);
        if (best.isEmpty()) {
            return failed(AgentFailure.BAD_OUTPUT, trials.isEmpty() ? "no configuration satisfies the constraints"
                    : "none of " + trials.size() + " trials could be measured; the last: " + trials.getLast().note());
        }
        request.output().line("agent", "best of " + trials.size() + " trials: " + Trial.text(best.get()));
        return switch (own.sealed("agent", spec.commit(), request.folder(), ConfigurationRun.variables(best.get()),
                Optional.empty())) {
            case Commands.Exited exited when exited.status() == 0 -> new AgentRun.Done(Usage.NONE);
            case Commands.Exited exited -> failed(AgentFailure.BAD_OUTPUT, "the commit command "
                    + ConfigurationRun.ending(exited));
            case Commands.Killed killed -> failed(AgentFailure.of(killed.cause()), "the commit command was killed: "
                    + killed.cause());
        };
    }

    private void tryAll(TrialsBesideBase beside, Request request) throws EnvironmentFailure, StepEnded {
        for (var next = search.next(trials); next.isPresent(); next = search.next(trials)) {
            Trial trial = beside.take(next.get());
            trials.add(trial);
            request.output().line("agent", "trial %d of at most %d, %s: %s".formatted(trials.size(), spec.trials(),
                    Trial.text(next.get()), beside.describe(trial)));
        }
    }

    /// What this attempt measured itself.
    List<Trial> measured() {
        return spread ? List.of() : List.copyOf(trials);
    }

    /// What was tried, for the report: one metric a trial, named by its configuration and, in a spread search, its
    /// worker, then the best with its median.
    List<Metric> metrics() {
        List<Metric> metrics = new ArrayList<>();
        for (int i = 0; i < trials.size(); i++) {
            Trial trial = trials.get(i);
            if (trial.value().isPresent()) {
                metrics.add(TrialsBesideBase.metric("trial %d%s (%s)".formatted(i + 1, spread ? " on " + workers.get(i)
                        : "", Trial.text(trial.configuration())), trial, benchmark));
            }
        }
        best.ifPresent(configuration -> metrics.add(TrialsBesideBase.metric("best trial (" + Trial.text(configuration)
                + ")", search.score(configuration, trials).orElseThrow(), List.of())));
        metrics.add(new Metric("trials", trials.size(), "", List.of()));
        return metrics;
    }

    private static AgentRun failed(AgentFailure failure, String reason) {
        return new AgentRun.Failed(failure, reason, Optional.empty(), Usage.NONE);
    }
}
