package com.alphaheng.engine.backend.op;

import com.alphaheng.engine.backend.DeviceBuffer;
import com.alphaheng.engine.model.Matrix;

/// Plain: folds W_UK into the query: out[t, head] = W_UK[head]^T query[t, head, 0..n).
///
/// @param label where in the model
/// @param query [T, H, n + r], roped
/// @param keyValueB [H (n + v), l]
/// @param shape widths
/// @param tokenCount T
/// @param out [T, H, l]
public record AbsorbQuery(String label, DeviceBuffer query, Matrix keyValueB, MlaShape shape, int tokenCount,
                          DeviceBuffer out) implements Op, WeighsTokens {

    @Override
    public Component component() {
        return Component.ATTENTION;
    }
}
