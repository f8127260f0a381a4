package com.alphaheng.engine.quantize;

/// @param groupSize         columns per scale: 32 or 128
/// @param method            how codes and scales are chosen
/// @param head              also quantize lm_head
/// @param threads           0 for one per core
/// @param calibrationTokens tokens that the model generates for itself, for GPTQ
/// @param seed              of that generation
/// @param shardBytes        data per file
public record QuantizeOptions(int groupSize, Method method, boolean head, int threads, int calibrationTokens, long seed,
                              long shardBytes) {

    /// How codes and scales are chosen.
    public enum Method {
        /// Round to nearest, scale = absmax / 6.
        RTN,
        /// Per group the scale with the least squared error.
        SEARCH,
        /// Errors of earlier columns are made up for by later ones, judged on text that the model generated itself.
        GPTQ
    }

    public QuantizeOptions {
        if (groupSize != 32 && groupSize != 128) {
            throw new IllegalArgumentException("the group size is 32 or 128, not " + groupSize);
        }
        if (calibrationTokens < 512 || shardBytes < 1 << 20) {
            throw new IllegalArgumentException("calibration needs at least 512 tokens, a file at least 1 MiB");
        }
    }

    public static QuantizeOptions roundToNearest(int groupSize) {
        return new QuantizeOptions(groupSize, Method.RTN, false, 0, 16384, 1, 1L << 30);
    }

    int threadCount() {
        return threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
    }
}
