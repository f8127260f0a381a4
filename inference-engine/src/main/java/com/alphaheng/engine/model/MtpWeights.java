package com.alphaheng.engine.model;

/// The multi-token-prediction layer: h' = projection(concat[embeddingNorm(embed(t[p+1])), hiddenNorm(h[p])]) ->
/// layer -> headNorm -> head predicts t[p+2].
///
/// @param embeddingNorm enorm [h]
/// @param hiddenNorm    hnorm [h]
/// @param projection    eh_proj [h, 2 h]
/// @param layer         a decoder layer like the others
/// @param headNorm      shared_head.norm [h]
/// @param embedding     its own embedding, or the main one where the checkpoint has none
/// @param head          its own head, or the main one likewise
public record MtpWeights(Vector embeddingNorm, Vector hiddenNorm, Matrix projection, LayerWeights layer,
                         Vector headNorm, Matrix embedding, Matrix head) { }
