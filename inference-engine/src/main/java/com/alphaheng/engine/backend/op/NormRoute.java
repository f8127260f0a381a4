package com.alphaheng.engine.backend.op;

import com.alphaheng.engine.backend.DeviceBuffer;
import com.alphaheng.engine.model.Matrix;
import com.alphaheng.engine.model.ModelConfig;
import com.alphaheng.engine.model.Vector;

/// Fused [RmsNorm] and [Route].
///
/// @param label where in the model
/// @param in [T, h]
/// @param norm [h]
/// @param epsilon of the norm
/// @param normed [T, h], written for the experts
/// @param router [experts, h], a float type
/// @param bias [experts]
/// @param rule how to choose
/// @param tokenCount T
/// @param expertIds int32[T, k]
/// @param expertWeights [T, k]
public record NormRoute(String label, DeviceBuffer in, Vector norm, float epsilon, DeviceBuffer normed, Matrix router,
                        Vector bias, ModelConfig.Routing rule, int tokenCount, DeviceBuffer expertIds,
                        DeviceBuffer expertWeights) implements Op, WeighsTokens {

    @Override
    public Component component() {
        return Component.ROUTE;
    }
}
