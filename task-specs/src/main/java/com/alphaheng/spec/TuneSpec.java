package com.alphaheng.spec;

import java.util.List;
import java.util.Locale;

/// A search for the values of parameters that measure best. The task's benchmark says what is measured; its commands
/// find the configuration to try in `$HENG_TUNING`, as `name=value,name=value`.
///
/// @param trials most runs of the benchmark command that the search may use
/// @param seed   the same seed tries the same configurations
/// @param commit command that enters the configuration in `$HENG_TUNING` into the source
public record TuneSpec(List<TuneParameter> parameters, List<TuneConstraint> constraints, Search search, int trials,
                       long seed, String commit) {
    public TuneSpec {
        parameters = List.copyOf(parameters);
        constraints = List.copyOf(constraints);
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
