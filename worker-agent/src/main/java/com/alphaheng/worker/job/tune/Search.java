package com.alphaheng.worker.job.tune;

import com.alphaheng.protocol.Trial;
import com.alphaheng.spec.TuneSpec;
import com.alphaheng.worker.job.measure.RunSummary;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Which configurations to run next. Depends only on the task and the trials so far, so that the same seed and the same
/// measurements give the same search, whoever asks. A trial's value is how many times better than the base it is,
/// whatever the metric's direction.
public final class Search {
    private final TuneSpec spec;
    private final List<Map<String, String>> candidates;

    public Search(TuneSpec spec) {
        this.spec = spec;
        ConfigurationSpace space = new ConfigurationSpace(spec);
        this.candidates = switch (spec.search()) {
            case GRID -> space.inOrder(spec.firstRound());
            case RANDOM, HALVING -> space.drawn(spec.firstRound());
        };
    }

    /// The next configuration to run; empty when the search is over.
    public Optional<Map<String, String>> next(List<Trial> done) {
        if (done.size() >= spec.trials()) {
            return Optional.empty();
        }
        for (int number = 1;; number++) {
            List<Map<String, String>> round = round(number, done);
            int wanted = number;
            Optional<Map<String, String>> owed = round.stream().filter(configuration ->
                    runs(configuration, done, wanted).size() < wanted).findFirst();
            if (owed.isPresent() || round.isEmpty()) {
                return owed;
            }
        }
    }

    /// What a round measures, each configuration once; empty when the search is over before it.
    ///
    /// @param number from 1
    /// @param done   trials of all rounds before, in their order; later ones do not matter
    public List<Map<String, String>> round(int number, List<Trial> done) {
        List<Map<String, String>> left = candidates;
        for (int earlier = 1; earlier < number; earlier++) {
            int runs = earlier;
            left = spec.search() != TuneSpec.Search.HALVING ? List.of()
                    : left.stream().filter(configuration -> score(configuration, done, runs).isPresent())
                    .sorted(byScore(done, runs)).limit(left.size() / 2).toList();
            if (left.size() <= 1) {
                return List.of();
            }
        }
        return left;
    }

    /// The configuration with the best median among those with the most runs; empty if none could be measured.
    public Optional<Map<String, String>> best(List<Trial> done) {
        int all = spec.trials();
        int most = candidates.stream().mapToInt(configuration -> runs(configuration, done, all).size()).max().orElse(0);
        return candidates.stream().filter(configuration -> score(configuration, done, all).isPresent())
                .filter(configuration -> runs(configuration, done, all).size() == most)
                .min(byScore(done, all));
    }

    /// The best first.
    private Comparator<Map<String, String>> byScore(List<Trial> done, int runs) {
        return Comparator.<Map<String, String>, Double>comparing(configuration ->
                score(configuration, done, runs).orElseThrow()).reversed();
    }

    private static List<Trial> runs(Map<String, String> configuration, List<Trial> done, int most) {
        return done.stream().filter(trial -> trial.configuration().equals(configuration)).limit(most).toList();
    }

    /// The median of all its runs; empty if one of them failed.
    public Optional<Double> score(Map<String, String> configuration, List<Trial> done) {
        return score(configuration, done, spec.trials());
    }

    private static Optional<Double> score(Map<String, String> configuration, List<Trial> done, int most) {
        List<Trial> runs = runs(configuration, done, most);
        return runs.isEmpty() || runs.stream().anyMatch(run -> run.value().isEmpty()) ? Optional.empty()
                : Optional.of(RunSummary.median(runs.stream().map(run -> run.value().orElseThrow()).toList()));
    }
}
