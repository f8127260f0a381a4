package com.alphaheng.engine.model;

/// The feed-forward part of a layer.
public sealed interface MlpWeights {

    /// @param gate gate_proj [i, h]
    /// @param up   up_proj [i, h]
    /// @param down down_proj [h, i]
    record Dense(Matrix gate, Matrix up, Matrix down) implements MlpWeights { }

    /// @param router mlp.gate.weight [experts, h], never quantized
    /// @param bias   e_score_correction_bias [experts], used for choosing only
    /// @param gate   per expert [i, h]
    /// @param up     per expert [i, h]
    /// @param down   per expert [h, i]
    /// @param shared the shared experts, as one dense MLP of n_shared_experts * i
    record Experts(Matrix router, Vector bias, ExpertMatrices gate, ExpertMatrices up, ExpertMatrices down,
                   Dense shared) implements MlpWeights { }
}
