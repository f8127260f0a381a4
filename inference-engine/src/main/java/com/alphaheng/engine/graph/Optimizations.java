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
/// @param drafts        tokens that the MTP layer drafts before each step of the model, which verifies them; 0 for none
public record Optimizations(boolean noSyncs, boolean fused, boolean pooledBuffers, CacheFormat cacheFormat,
                            int drafts) {

    /// A step of up to 1 + 3 tokens computes for each the bits that a step of one would (`BatchShapeTest`): greedy text
    /// stays what it is without drafts.
    public static final int MOST_DRAFTS = 3;

    /// Drafts of the rung `mtp`: what was fastest on two CPU cores with the shipped model (docs/engine.md).
    public static final int STANDARD_DRAFTS = 1;

    public Optimizations {
        if (pooledBuffers && !noSyncs) {
            throw new IllegalArgumentException("pooled buffers need steps that are one submission: set noSyncs");
        }
        if (drafts < 0 || drafts > MOST_DRAFTS) {
            throw new IllegalArgumentException("the MTP layer drafts 1 to " + MOST_DRAFTS + " tokens, not " + drafts);
        }
        if (drafts > 0 && !(fused && pooledBuffers)) {
            throw new IllegalArgumentException("drafts need fused operations on pooled buffers: use the rung fused or"
                + " a later one");
        }
    }

    public static Optimizations baseline() {
        return new Optimizations(false, false, false, CacheFormat.F16, 0);
    }

    /// What users get unless they ask for something else.
    public static Optimizations standard() {
        return new Optimizations(true, true, true, CacheFormat.F16, 0);
    }

    /// Parses a rung, `baseline`, `no-syncs`, `fused`, `quantized-kv` or `mtp`, each with those before it, by these
    /// names or as `none`, `syncs`, `fusion`, `kv`; or single switches on top of a rung, as in `none+fusion`,
    /// `syncs+pool+kv` or `fused+mtp`. `all` is every rung but `mtp`, which changes what a step is.
    ///
    /// @throws IllegalArgumentException naming the rungs
    public static Optimizations parse(String rung) {
        int plus = rung.lastIndexOf('+');
        if (plus >= 0) {
            return parse(rung.substring(0, plus)).with(rung.substring(plus + 1));
        }
        return switch (rung) {
            case "baseline", "none" -> baseline();
            case "no-syncs", "syncs" -> new Optimizations(true, false, false, CacheFormat.F16, 0);
            case "fused", "fusion" -> standard();
            case "quantized-kv", "kv", "all" -> standard().withCacheFormat(CacheFormat.INT8);
            case "mtp" -> new Optimizations(true, true, true, CacheFormat.INT8, STANDARD_DRAFTS);
            default -> throw new IllegalArgumentException("unknown rung '" + rung
                + "': use baseline, no-syncs, fused, quantized-kv or mtp");
        };
    }

    private Optimizations with(String single) {
        return switch (single) {
            case "syncs" -> new Optimizations(true, fused, pooledBuffers, cacheFormat, drafts);
            case "fusion" -> new Optimizations(noSyncs, true, pooledBuffers, cacheFormat, drafts);
            case "pool" -> new Optimizations(noSyncs, fused, true, cacheFormat, drafts);
            case "kv" -> withCacheFormat(CacheFormat.INT8);
            case "mtp" -> withDrafts(STANDARD_DRAFTS);
            default -> throw new IllegalArgumentException("unknown switch '" + single
                + "': use syncs, fusion, pool, kv or mtp");
        };
    }

    public Optimizations withCacheFormat(CacheFormat format) {
        return new Optimizations(noSyncs, fused, pooledBuffers, format, drafts);
    }

    public Optimizations withDrafts(int tokens) {
        return new Optimizations(noSyncs, fused, pooledBuffers, cacheFormat, tokens);
    }
}
