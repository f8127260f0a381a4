package com.alphaheng.engine.backend.op;

import com.alphaheng.engine.backend.DeviceBuffer;

/// Plain: out[t] = sum over j of expertWeights[t, j] in[t, j].
///
/// @param label where in the model
/// @param in [T, k, h]
/// @param expertWeights [T, k]
/// @param tokenCount T
/// @param perToken k
/// @param width h
/// @param out [T, h]
public record Combine(String label, DeviceBuffer in, DeviceBuffer expertWeights, int tokenCount, int perToken,
                      int width, DeviceBuffer out) implements Op {

    @Override
    public Component component() {
        return Component.EXPERTS;
    }
}
