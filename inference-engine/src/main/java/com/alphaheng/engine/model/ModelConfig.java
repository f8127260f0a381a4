package com.alphaheng.engine.model;

import java.util.List;

/// The shape of a `glm4_moe_lite` model, from its config.json ([ModelConfigReader] parses and validates it).
///
/// @param vocabSize           number of token ids
/// @param hiddenSize          width of the residual stream
/// @param layers              decoder layers, without MTP
/// @param mtpLayers           MTP layers that follow them (`num_nextn_predict_layers`)
/// @param heads               attention heads
/// @param queryRank           `q_lora_rank`, 0 when null
/// @param latentRank          `kv_lora_rank`
/// @param nopeWidth           `qk_nope_head_dim`
/// @param ropeWidth           `qk_rope_head_dim`
/// @param valueWidth          `v_head_dim`
/// @param ropeTheta           base of the rotary angles
/// @param ropeInterleaved     true: pairs (2i, 2i+1); false: pairs (i, i + width / 2)
/// @param normEpsilon         `rms_norm_eps`
/// @param denseWidth          `intermediate_size`
/// @param expertWidth         `moe_intermediate_size`
/// @param sharedExperts       `n_shared_experts`
/// @param denseLayers         per layer (MTP layers included) true when its MLP is dense
/// @param routing             how experts are chosen
/// @param maxPositions        `max_position_embeddings`
/// @param tiedEmbeddings      true when lm_head is the embedding
/// @param endOfSequence       every id that ends a generation
public record ModelConfig(int vocabSize, int hiddenSize, int layers, int mtpLayers, int heads, int queryRank,
                          int latentRank, int nopeWidth, int ropeWidth, int valueWidth, double ropeTheta,
                          boolean ropeInterleaved, float normEpsilon, int denseWidth, int expertWidth,
                          int sharedExperts, List<Boolean> denseLayers, Routing routing, int maxPositions,
                          boolean tiedEmbeddings, List<Integer> endOfSequence) {

    public ModelConfig {
        denseLayers = List.copyOf(denseLayers);
        endOfSequence = List.copyOf(endOfSequence);
    }

    /// How the router chooses: s = sigmoid(x W^T); the best `perToken` of s + bias, within the best `keptGroups` of
    /// `groups` groups; weights s, divided by (their sum + 1e-20) if `normalized`, times `scale`.
    ///
    /// @param experts    routed experts
    /// @param perToken   chosen per token
    /// @param groups     `n_group`
    /// @param keptGroups `topk_group`
    /// @param normalized `norm_topk_prob`
    /// @param scale      `routed_scaling_factor`
    public record Routing(int experts, int perToken, int groups, int keptGroups, boolean normalized, float scale) { }

    /// Width of one head's query and key: nope part, then rope part.
    public int queryWidth() {
        return nopeWidth + ropeWidth;
    }

    /// Width of a cached row: the latent, then the roped key.
    public int cacheWidth() {
        return latentRank + ropeWidth;
    }

    /// Width of the shared experts taken as one dense MLP.
    public int sharedWidth() {
        return sharedExperts * expertWidth;
    }

    /// (nope + rope)^-0.5
    public float attentionScale() {
        return (float) (1 / Math.sqrt(queryWidth()));
    }

    public boolean denseLayer(int index) {
        return denseLayers.get(index);
    }
}
