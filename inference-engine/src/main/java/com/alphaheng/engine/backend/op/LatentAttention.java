package com.alphaheng.engine.backend.op;

import com.alphaheng.engine.backend.CacheLayer;
import com.alphaheng.engine.backend.Control;
import com.alphaheng.engine.backend.DeviceBuffer;

/// Plain: attention over the latent cache. For token t and head: score[p] = scale (absorbed . latent[p] + query
/// rope . key[p]) for p = 0 .. position + t; out = sum softmax(score)[p] latent[p].
///
/// @param label where in the model
/// @param absorbed [T, H, l]
/// @param query [T, H, n + r], for its rope part
/// @param cache rows 0 .. position + T are valid
/// @param shape widths
/// @param control holds the position
/// @param tokenCount T
/// @param out [T, H, l]
public record LatentAttention(String label, DeviceBuffer absorbed, DeviceBuffer query, CacheLayer cache,
                              MlaShape shape, Control control, int tokenCount, DeviceBuffer out) implements Op {

    @Override
    public Component component() {
        return Component.ATTENTION;
    }
}
