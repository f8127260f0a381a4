package com.alphaheng.engine.backend.op;

import com.alphaheng.engine.backend.DeviceBuffer;
import com.alphaheng.engine.model.MlpWeights;

/// Fused: for each token its k experts' gate and up projections and SwiGLU, and the same of the shared experts:
/// out[t, j] = silu(gate_e x) * (up_e x), sharedOut[t] = silu(gate x) * (up x), x = in[t], e = expertIds[t, j].
///
/// @param label where in the model
/// @param in [T, h], normed
/// @param expertIds int32[T, k]
/// @param weights of the layer
/// @param tokenCount T
/// @param perToken k
/// @param out [T, k, i]
/// @param sharedOut [T, shared i]
public record ExpertGateUp(String label, DeviceBuffer in, DeviceBuffer expertIds, MlpWeights.Experts weights,
                           int tokenCount, int perToken, DeviceBuffer out, DeviceBuffer sharedOut)
    implements Op, WeighsTokens {

    @Override
    public Component component() {
        return Component.EXPERTS;
    }
}
