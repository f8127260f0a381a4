package com.alphaheng.engine.backend.op;

import com.alphaheng.engine.backend.DeviceBuffer;
import com.alphaheng.engine.model.Matrix;
import com.alphaheng.engine.model.Vector;

/// Fused [RmsNorm], two [Linear]s and [SwiGlu] of a dense MLP: out[t] = silu(gate x) * (up x), x = norm(in[t]).
///
/// @param label where in the model
/// @param in [T, h]
/// @param norm [h]
/// @param epsilon of the norm
/// @param normed [T, h], scratch
/// @param gate [i, h]
/// @param up [i, h]
/// @param tokenCount T
/// @param out [T, i]
public record NormGateUp(String label, DeviceBuffer in, Vector norm, float epsilon, DeviceBuffer normed, Matrix gate,
                         Matrix up, int tokenCount, DeviceBuffer out) implements Op, WeighsTokens {

    @Override
    public Component component() {
        return Component.DENSE;
    }
}
