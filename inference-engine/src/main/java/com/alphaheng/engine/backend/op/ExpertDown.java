package com.alphaheng.engine.backend.op;

import com.alphaheng.engine.backend.DeviceBuffer;
import com.alphaheng.engine.model.MlpWeights;

/// Fused: the experts' down projections, their weighted sum, the shared experts' down projection, and the residual:
/// inout[t] += sum over j of expertWeights[t, j] down_e in[t, j] + down_shared sharedIn[t].
///
/// @param label where in the model
/// @param in [T, k, i]
/// @param sharedIn [T, shared i]
/// @param expertIds int32[T, k]
/// @param expertWeights [T, k]
/// @param weights of the layer
/// @param tokenCount T
/// @param perToken k
/// @param inout [T, h]
public record ExpertDown(String label, DeviceBuffer in, DeviceBuffer sharedIn, DeviceBuffer expertIds,
                         DeviceBuffer expertWeights, MlpWeights.Experts weights, int tokenCount, int perToken,
                         DeviceBuffer inout) implements Op, WeighsTokens {

    @Override
    public Component component() {
        return Component.EXPERTS;
    }
}
