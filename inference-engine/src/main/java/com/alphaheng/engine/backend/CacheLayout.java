package com.alphaheng.engine.backend;

/// Where things lie in one layer's KV cache: `capacity` rows of [#rowBytes()] bytes, row p for position p. A row
/// holds the normed latent (`latent` values), then the roped key (`rope` values), in `format`.
///
/// @param format   element format
/// @param latent   kv_lora_rank, a multiple of 2
/// @param rope     qk_rope_head_dim, a multiple of 2
/// @param capacity number of positions
public record CacheLayout(CacheFormat format, int latent, int rope, int capacity) {

    public int width() {
        return latent + rope;
    }

    /// Scales of the latent part of a row; those of the key part follow.
    public int latentScales() {
        return format.quantized() ? groups(latent) : 0;
    }

    public int scales() {
        return format.quantized() ? groups(latent) + groups(rope) : 0;
    }

    /// Offset of the scales in a row: right after the codes.
    public int scaleOffset() {
        return switch (format) {
            case F32 -> width() * 4;
            case F16 -> width() * 2;
            case INT8 -> width();
            // Scales have two bytes.
            case FP4 -> (latent / 2 + rope + 1) / 2 * 2;
        };
    }

    /// Where the code of a column lies that has a whole byte: any of INT8, the key's of FP4.
    public int byteOffset(int column) {
        return format == CacheFormat.FP4 ? latent / 2 + column - latent : column;
    }

    public int rowBytes() {
        int used = scaleOffset() + scales() * 2;
        return (used + 15) / 16 * 16;
    }

    public long bytes() {
        return (long) capacity * rowBytes();
    }

    /// The scale that belongs to column `column` of a row.
    public int scaleIndex(int column) {
        return column < latent ? column / CacheFormat.GROUP
            : groups(latent) + (column - latent) / CacheFormat.GROUP;
    }

    private static int groups(int values) {
        return (values + CacheFormat.GROUP - 1) / CacheFormat.GROUP;
    }
}
