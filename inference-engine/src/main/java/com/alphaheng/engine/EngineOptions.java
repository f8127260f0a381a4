package com.alphaheng.engine;

import com.alphaheng.engine.backend.DeviceOptions;
import com.alphaheng.engine.graph.Optimizations;

/// @param backend       name of a back end, or `auto` for the best that is available
/// @param device        threads and memory
/// @param optimizations the rung that sessions run on unless they say otherwise
public record EngineOptions(String backend, DeviceOptions device, Optimizations optimizations) {

    public static EngineOptions defaults() {
        return new EngineOptions("auto", DeviceOptions.defaults(), Optimizations.standard());
    }

    public EngineOptions withBackend(String name) {
        return new EngineOptions(name, device, optimizations);
    }

    public EngineOptions withOptimizations(Optimizations rung) {
        return new EngineOptions(backend, device, rung);
    }
}
