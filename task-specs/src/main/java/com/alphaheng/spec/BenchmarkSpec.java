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
public record BenchmarkSpec(String command, Optional<String> baselineCommand, String metric, Better better,
                            double minimumEffect, Optional<String> stage, boolean paired) {
    /// The direction in which a metric improves.
    public enum Better {
        HIGHER, LOWER
    }
}
