package com.alphaheng.engine.backend.op;

import com.alphaheng.engine.backend.DeviceBuffer;
import com.alphaheng.engine.model.Matrix;

/// out[t] = table[tokens[t]].
///
/// @param label where in the model
/// @param tokens int32[T]
/// @param table [vocab, h]
/// @param tokenCount T
/// @param out [T, h]
public record Embed(String label, DeviceBuffer tokens, Matrix table, int tokenCount, DeviceBuffer out) implements Op {

    @Override
    public Component component() {
        return Component.EMBED;
    }
}
