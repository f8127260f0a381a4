package com.alphaheng.engine.backend.op;

import com.alphaheng.engine.backend.CacheLayer;
import com.alphaheng.engine.backend.Control;
import com.alphaheng.engine.backend.DeviceBuffer;

/// Plain: stores the normed latent and the roped key of each token at row position + t of the cache.
///
/// @param label where in the model
/// @param latent [T, l], normed
/// @param keyValue [T, l + r], its last r values are the roped key
/// @param cache where to
/// @param control holds the position
/// @param tokenCount T
public record CacheWrite(String label, DeviceBuffer latent, DeviceBuffer keyValue, CacheLayer cache, Control control,
                         int tokenCount) implements Op {

    @Override
    public Component component() {
        return Component.ATTENTION;
    }
}
