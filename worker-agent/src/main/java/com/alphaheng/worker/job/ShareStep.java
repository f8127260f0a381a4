package com.alphaheng.worker.job;

import com.alphaheng.protocol.AttemptResult.Metric;
import com.alphaheng.protocol.Trial;
import com.alphaheng.spec.TuneSpec;
import com.alphaheng.worker.job.tune.Search;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Measures one share of a search that is spread over workers. Changes nothing.
final class ShareStep {
    private final AttemptContext context;
    private final TuneSpec spec;
    private final TuneSpec.Share share;
    private final TrialsBesideBase beside;
    private final List<Trial> trials = new ArrayList<>();

    /// @param folder a checkout of the base
    ShareStep(AttemptContext context, Path folder) {
        this.context = context;
        this.spec = context.job().task().tune().orElseThrow();
        this.share = spec.share().orElseThrow();
        this.beside = new TrialsBesideBase(context, folder, "benchmark");
    }

    /// What was measured; all of it once the step has passed.
    List<Trial> trials() {
        return List.copyOf(trials);
    }

    StepResult run() throws EnvironmentFailure {
        context.stage("benchmarking");
        List<Trial> before = context.job().shares().stream().flatMap(earlier -> earlier.trials().stream()).toList();
        List<Map<String, String>> configurations = share.part(new Search(spec).round(share.round(), before));
        if (configurations.isEmpty()) {
            return StepResult.passed(Optional.empty(), List.of()).because("the round has no configuration left for "
                    + "this share");
        }
        try {
            for (Map<String, String> configuration : configurations) {
                Trial trial = beside.take(configuration);
                trials.add(trial);
                context.say("trial %d, %s: %s".formatted(trials.size(), Trial.text(configuration),
                        beside.describe(trial)));
            }
        } catch (StepEnded ended) {
            return ended.result().withMetrics(metrics());
        }
        return StepResult.passed(Optional.of(0), metrics()).because(summary());
    }

    private String summary() {
        String refused = String.join("; ", trials.stream().filter(trial -> trial.value().isEmpty())
                .map(trial -> Trial.text(trial.configuration()) + ": " + trial.note()).toList());
        return "%d of %d configurations measured".formatted(trials.stream().filter(trial ->
                trial.value().isPresent()).count(), trials.size()) + (refused.isEmpty() ? "" : "; " + refused);
    }

    /// For people: each trial that was measured.
    private List<Metric> metrics() {
        List<Metric> metrics = new ArrayList<>();
        for (int i = 0; i < trials.size(); i++) {
            Trial trial = trials.get(i);
            if (trial.value().isPresent()) {
                metrics.add(TrialsBesideBase.metric("trial %d (%s)".formatted(i + 1, Trial.text(
                        trial.configuration())), trial, context.job().task().benchmark().orElseThrow()));
            }
        }
        return metrics;
    }
}
