package com.alphaheng.engine.backend.op;

import com.alphaheng.engine.backend.DeviceBuffer;
import com.alphaheng.engine.model.Matrix;

/// Plain: out[t, head] = W_UV[head] latent[t, head].
///
/// @param label where in the model
/// @param latent [T, H, l]
/// @param keyValueB [H (n + v), l]
/// @param shape widths
/// @param tokenCount T
/// @param out [T, H, v]
public record ExpandValue(String label, DeviceBuffer latent, Matrix keyValueB, MlaShape shape, int tokenCount,
                          DeviceBuffer out) implements Op, WeighsTokens {

    @Override
    public Component component() {
        return Component.ATTENTION;
    }
}
