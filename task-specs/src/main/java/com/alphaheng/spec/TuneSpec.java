package com.alphaheng.spec;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// A search for the values of parameters that measure best. The task's benchmark says what is measured; its commands
/// find the configuration to try in `$HENG_TUNING`, as `name=value,name=value`.
///
/// @param trials  most measurements of a configuration, each beside the base
/// @param seed    the same seed tries the same configurations
/// @param commit  command that enters the configuration in `$HENG_TUNING` into the source
/// @param workers over how many the trials are spread; with 1 the task's own attempt makes them all
/// @param share   present in the tasks that [SpreadSearch] makes: what this one measures
public record TuneSpec(List<TuneParameter> parameters, List<TuneConstraint> constraints, Search search, int trials,
                       long seed, String commit, int workers, Optional<Share> share) {
    public TuneSpec {
        parameters = List.copyOf(parameters);
        constraints = List.copyOf(constraints);
        // Logs written before a search could be spread have neither.
        workers = Math.max(1, workers);
        share = share == null ? Optional.empty() : share;
    }

    /// A search on one worker.
    public TuneSpec(List<TuneParameter> parameters, List<TuneConstraint> constraints, Search search, int trials,
                    long seed, String commit) {
        this(parameters, constraints, search, trials, seed, commit, 1, Optional.empty());
    }

    /// Most configurations that are tried at first, before it is known how any of them measures.
    public int firstRound() {
        return switch (search) {
            case GRID, RANDOM -> trials;
            // With n in the first round all rounds together take less than 2 n runs.
            case HALVING -> Math.min(trials, Math.max(2, trials / 2));
        };
    }

    /// The same search, of which only this much is to be measured.
    TuneSpec sharing(Share one) {
        return new TuneSpec(parameters, constraints, search, trials, seed, commit, workers, Optional.of(one));
    }

    /// A part of one round of a spread search, measured by one worker.
    ///
    /// @param search name of the task whose search it is
    /// @param round  from 1; what it measures follows from the rounds before
    /// @param index  from 1 to `of`
    public record Share(String search, int round, int index, int of) {
        /// Its part of all that the round measures: each belongs to exactly one share.
        public <T> List<T> part(List<T> whole) {
            List<T> part = new ArrayList<>();
            for (int i = index - 1; i < whole.size(); i += of) {
                part.add(whole.get(i));
            }
            return part;
        }
    }

    /// How configurations are chosen.
    public enum Search {
        /// All, the last parameter's values changing fastest.
        GRID,
        /// Drawn, none twice.
        RANDOM,
        /// Many are drawn and run once; the better half runs again, and so on until one is left.
        HALVING;

        /// The word used in task files.
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
