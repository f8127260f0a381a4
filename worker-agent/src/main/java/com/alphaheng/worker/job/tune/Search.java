package com.alphaheng.worker.job.tune;

import com.alphaheng.spec.BenchmarkSpec.Better;
import com.alphaheng.spec.TuneSpec;
import com.alphaheng.worker.job.measure.RunSummary;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Which configuration to run next. Depends only on the task and the trials so far, so that the same seed and the same
/// measurements give the same search.
public final class Search {
    private final TuneSpec spec;
    private final Better better;
    private final List<Map<String, String>> candidates;

    public Search(TuneSpec spec, Better better) {
        this.spec = spec;
        this.better = better;
        ConfigurationSpace space = new ConfigurationSpace(spec);
        this.candidates = switch (spec.search()) {
            case GRID -> space.inOrder(spec.trials());
            case RANDOM -> space.drawn(spec.trials());
            // With n in the first round all rounds together take less than 2 n runs.
            case HALVING -> space.drawn(Math.max(2, spec.trials() / 2));
        };
    }

    /// Empty when the search is over.
    public Optional<Map<String, String>> next(List<Trial> done) {
        if (done.size() >= spec.trials()) {
            return Optional.empty();
        }
        return switch (spec.search()) {
            case GRID, RANDOM -> done.size() < candidates.size() ? Optional.of(candidates.get(done.size()))
                    : Optional.empty();
            case HALVING -> nextOfHalving(done);
        };
    }

    private Optional<Map<String, String>> nextOfHalving(List<Trial> done) {
        List<Map<String, String>> left = candidates;
        for (int runs = 1;; runs++) {
            int wanted = runs;
            Optional<Map<String, String>> owed = left.stream().filter(configuration ->
                    runs(configuration, done).size() < wanted).findFirst();
            if (owed.isPresent() || left.size() <= 1) {
                return owed;
            }
            left = left.stream().filter(configuration -> score(configuration, done).isPresent())
                    .sorted(byScore(done)).limit(Math.max(1, left.size() / 2)).toList();
            if (left.size() <= 1) {
                return Optional.empty();
            }
        }
    }

    /// The configuration with the best median among those with the most runs; empty if none could be measured.
    public Optional<Map<String, String>> best(List<Trial> done) {
        int most = candidates.stream().mapToInt(configuration -> runs(configuration, done).size()).max().orElse(0);
        return candidates.stream().filter(configuration -> score(configuration, done).isPresent())
                .filter(configuration -> runs(configuration, done).size() == most)
                .min(byScore(done));
    }

    private Comparator<Map<String, String>> byScore(List<Trial> done) {
        Comparator<Map<String, String>> rising = Comparator.comparing(configuration ->
                score(configuration, done).orElseThrow());
        return better == Better.HIGHER ? rising.reversed() : rising;
    }

    private static List<Trial> runs(Map<String, String> configuration, List<Trial> done) {
        return done.stream().filter(trial -> trial.configuration().equals(configuration)).toList();
    }

    /// The median of its runs; empty if one of them failed.
    static Optional<Double> score(Map<String, String> configuration, List<Trial> done) {
        List<Trial> runs = runs(configuration, done);
        return runs.isEmpty() || runs.stream().anyMatch(run -> run.value().isEmpty()) ? Optional.empty()
                : Optional.of(RunSummary.median(runs.stream().map(run -> run.value().orElseThrow()).toList()));
    }
}
