package com.alphaheng.engine.backend.op;

import com.alphaheng.engine.backend.DeviceBuffer;
import com.alphaheng.engine.model.Matrix;
import com.alphaheng.engine.model.ModelConfig;
import com.alphaheng.engine.model.Vector;

/// Plain: chooses experts for each token; see [ModelConfig.Routing]. Ties go to the lower id; the chosen are in
/// order of falling s + bias.
///
/// @param label where in the model
/// @param in [T, h], normed
/// @param router [experts, h], a float type
/// @param bias [experts]
/// @param rule how to choose
/// @param tokenCount T
/// @param expertIds int32[T, k]
/// @param expertWeights [T, k]
public record Route(String label, DeviceBuffer in, Matrix router, Vector bias, ModelConfig.Routing rule,
                    int tokenCount, DeviceBuffer expertIds, DeviceBuffer expertWeights) implements Op, WeighsTokens {

    @Override
    public Component component() {
        return Component.ROUTE;
    }
}
