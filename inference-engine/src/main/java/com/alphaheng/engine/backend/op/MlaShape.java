package com.alphaheng.engine.backend.op;

import com.alphaheng.engine.model.ModelConfig;

/// The widths of multi-head latent attention.
///
/// @param heads       H
/// @param nope        n, the part of a head's query that is not rotated
/// @param rope        r, the rotated part, after it
/// @param value       v
/// @param latent      l
/// @param scale       softmax scale
/// @param theta       base of the rotary angles
/// @param interleaved which pairs are rotated, see [Rope]
public record MlaShape(int heads, int nope, int rope, int value, int latent, float scale, double theta,
                       boolean interleaved) {

    public static MlaShape of(ModelConfig config) {
        return new MlaShape(config.heads(), config.nopeWidth(), config.ropeWidth(), config.valueWidth(),
            config.latentRank(), config.attentionScale(), config.ropeTheta(), config.ropeInterleaved());
    }

    /// n + r
    public int queryWidth() {
        return nope + rope;
    }

    /// Rows of kv_b_proj that belong to one head: n of W_UK, then v of W_UV.
    public int headRows() {
        return nope + value;
    }
}
