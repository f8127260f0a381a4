package com.alphaheng.engine.graph;

import com.alphaheng.engine.backend.CacheFormat;

/// The rungs of the optimization ladder, each a real code path that can be switched on and off, so that the
/// roadmap's tasks measure what each brings.
///
/// @param noSyncs       false: the host waits for every operation and hands every id back; true: a step is one
///                      submission and ids stay on the device
/// @param fused         false: plain operations; true: fused ones
/// @param pooledBuffers false: every step records its operations anew on freshly allocated buffers; true: recorded
///                      once
/// @param cacheFormat   format of the KV cache
/// @param mtp           drafts with the MTP layer
public record Optimizations(boolean noSyncs, boolean fused, boolean pooledBuffers, CacheFormat cacheFormat,
                            boolean mtp) {

    public Optimizations {
        if (pooledBuffers && !noSyncs) {
            throw new IllegalArgumentException("pooled buffers need steps that are one submission: set noSyncs");
        }
    }

    public static Optimizations baseline() {
        return new Optimizations(false, false, false, CacheFormat.F16, false);
    }

    /// What users get unless they ask for something else.
    public static Optimizations standard() {
        return new Optimizations(true, true, true, CacheFormat.F16, false);
    }

    /// Parses `baseline`, `no-syncs`, `fused`, `quantized-kv`, `mtp`: each rung includes those before it.
    ///
    /// @throws IllegalArgumentException naming the rungs
    public static Optimizations parse(String rung) {
        return switch (rung) {
            case "baseline" -> baseline();
            case "no-syncs" -> new Optimizations(true, false, false, CacheFormat.F16, false);
            case "fused" -> standard();
            case "quantized-kv" -> new Optimizations(true, true, true, CacheFormat.INT8, false);
            case "mtp" -> new Optimizations(true, true, true, CacheFormat.INT8, true);
            default -> throw new IllegalArgumentException("unknown rung '" + rung
                + "': use baseline, no-syncs, fused, quantized-kv or mtp");
        };
    }

    public Optimizations withCacheFormat(CacheFormat format) {
        return new Optimizations(noSyncs, fused, pooledBuffers, format, mtp);
    }
}
