package com.alphaheng.engine.model;

/// The weights of one layer's multi-head latent attention. h = hidden size, H = heads, l = kv_lora_rank, r = rope
/// width.
///
/// @param queryA    q_a_proj [q_lora_rank, h], or null when the checkpoint has no low-rank query (`q_lora_rank` null)
/// @param queryNorm q_a_layernorm [q_lora_rank], or null likewise
/// @param query     q_b_proj [H (nope + rope), q_lora_rank], or q_proj [H (nope + rope), h]
/// @param keyValueA kv_a_proj_with_mqa [l + r, h]
/// @param latentNorm kv_a_layernorm [l]
/// @param keyValueB kv_b_proj [H (nope + v), l]: of each head first the nope rows of W_UK, then the v rows of W_UV
/// @param output    o_proj [h, H v]
public record AttentionWeights(Matrix queryA, Vector queryNorm, Matrix query, Matrix keyValueA, Vector latentNorm,
                               Matrix keyValueB, Matrix output) {

    public boolean lowRankQuery() {
        return queryA != null;
    }
}
