package com.alphaheng.spec;

import java.util.Optional;

/// What to measure, against what, and what counts as better.
///
/// @param command         shell command of the candidate; writes its metrics as JSON to the file `$HENG_METRICS`
/// @param baselineCommand the same for the base; when absent the measurement stands alone and cannot be a win
/// @param metric          name of the metric compared, such as `decode_tokens_per_second`
/// @param better          which direction is an improvement
/// @param minimumEffect   least relative improvement that counts, 0.02 = 2 %
/// @param stage           name of the bar this measurement becomes in the throughput staircase
/// @param paired          the command measures base and candidate itself, in turns, and writes the base's figure as
///                        `baseline.` and the metric's name; each run is one block. For two settings of one build:
///                        turns of a tenth of a second cancel what turns of whole processes cannot
/// @param turns           0: each run of a command measures once. Otherwise both commands are started for each block
///                        and measure so many times each, in turns, a turn for each line of their standard input
public record BenchmarkSpec(String command, Optional<String> baselineCommand, String metric, Better better,
                            double minimumEffect, Optional<String> stage, boolean paired, int turns) {
    /// Most turns of either side in a block.
    public static final int MOST_TURNS = 1000;

    /// The same measurement with this baseline, unless it states its own: of a change against what was there before.
    public BenchmarkSpec against(String baseline) {
        return new BenchmarkSpec(command, baselineCommand.or(() -> Optional.of(baseline)), metric, better,
                minimumEffect, stage, false, turns);
    }

    /// The direction in which a metric improves.
    public enum Better {
        HIGHER, LOWER
    }
}
