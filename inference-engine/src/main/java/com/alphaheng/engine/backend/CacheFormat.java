package com.alphaheng.engine.backend;

/// How the latent KV cache stores a row of latent + roped key. Quantized rows hold the codes of all values, then one
/// float16 scale per 32 values; groups do not straddle latent and key (the last group of either may be short), and
/// rows are padded to 16 bytes.
public enum CacheFormat {
    F32, F16,
    /// value = code (int8, -127..127) * scale, scale = absmax / 127
    INT8,
    /// The latent: value = E2M1 code * scale, two codes to a byte (even column in the low nibble), scale = absmax /
    /// 6. The key, after it, as in INT8: four bits for the key alone would cost a quarter of the perplexity.
    FP4;

    /// Values per scale of the quantized formats.
    public static final int GROUP = 32;

    public boolean quantized() {
        return this == INT8 || this == FP4;
    }

    /// Parses what users type after `--kv`.
    public static CacheFormat parse(String text) {
        for (CacheFormat format : values()) {
            if (format.name().equalsIgnoreCase(text)) {
                return format;
            }
        }
        throw new IllegalArgumentException("unknown KV cache format '" + text + "': use f32, f16, int8 or fp4");
    }
}
