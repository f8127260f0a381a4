package com.alphaheng.engine.backend.op;

import com.alphaheng.engine.backend.CacheLayer;
import com.alphaheng.engine.backend.Control;
import com.alphaheng.engine.backend.DeviceBuffer;
import com.alphaheng.engine.model.Matrix;

/// Fused [AbsorbQuery], [LatentAttention], [ExpandValue]. With many tokens a back end may expand keys and values
/// from the cache instead; the result is the same up to rounding.
///
/// @param label where in the model
/// @param query [T, H, n + r], roped
/// @param keyValueB [H (n + v), l]
/// @param cache rows 0 .. position + T are valid
/// @param shape widths
/// @param control holds the position
/// @param tokenCount T
/// @param out [T, H v]
public record MlaAttention(String label, DeviceBuffer query, Matrix keyValueB, CacheLayer cache, MlaShape shape,
                           Control control, int tokenCount, DeviceBuffer out) implements Op, WeighsTokens {

    @Override
    public Component component() {
        return Component.ATTENTION;
    }
}
