package com.alphaheng.engine;

import com.alphaheng.engine.sampling.Sampling;

/// @param context     positions of the KV cache; 0 for the engine's default
/// @param prefillStep most prompt tokens in one step; 0 for what suits the device
/// @param sampling    how ids are chosen
public record SessionOptions(int context, int prefillStep, Sampling sampling) {

    public static final int DEFAULT_CONTEXT = 4096;
    public static final int DEFAULT_PREFILL_STEP = 0;

    public SessionOptions {
        if (context < 0 || prefillStep < 0) {
            throw new IllegalArgumentException("context and prefill step must be at least 0, not "
                + context + " and " + prefillStep);
        }
    }

    public static SessionOptions greedy() {
        return new SessionOptions(0, DEFAULT_PREFILL_STEP, Sampling.greedy());
    }

    public SessionOptions withContext(int positions) {
        return new SessionOptions(positions, prefillStep, sampling);
    }

    public SessionOptions withSampling(Sampling how) {
        return new SessionOptions(context, prefillStep, how);
    }
}
