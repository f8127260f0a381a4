package com.alphaheng.engine.model;

/// One decoder layer.
///
/// @param index             its number in the checkpoint
/// @param inputNorm         input_layernorm [h]
/// @param attention         MLA
/// @param postAttentionNorm post_attention_layernorm [h]
/// @param mlp               dense or experts
public record LayerWeights(int index, Vector inputNorm, AttentionWeights attention, Vector postAttentionNorm,
                           MlpWeights mlp) { }
