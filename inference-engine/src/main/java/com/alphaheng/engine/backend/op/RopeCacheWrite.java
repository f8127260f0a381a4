package com.alphaheng.engine.backend.op;

import com.alphaheng.engine.backend.CacheLayer;
import com.alphaheng.engine.backend.Control;
import com.alphaheng.engine.backend.DeviceBuffer;
import com.alphaheng.engine.model.Vector;

/// Fused: [Rope] on the query in place, [RmsNorm] of the latent, [Rope] on the key, [CacheWrite].
///
/// @param label where in the model
/// @param query [T, H, n + r], roped in place
/// @param keyValue [T, l + r], raw; left undefined
/// @param latentNorm [l]
/// @param epsilon of the norm
/// @param shape widths
/// @param cache where to
/// @param control holds the position
/// @param tokenCount T
public record RopeCacheWrite(String label, DeviceBuffer query, DeviceBuffer keyValue,
                             Vector latentNorm, float epsilon, MlaShape shape, CacheLayer cache, Control control,
                             int tokenCount) implements Op {

    @Override
    public Component component() {
        return Component.ATTENTION;
    }
}
