package com.alphaheng.engine;

import com.alphaheng.engine.backend.DeviceOptions;
import com.alphaheng.engine.graph.Optimizations;
import com.alphaheng.engine.graph.Timeline;

/// @param backend          name of a back end, or `auto` for the best that is available
/// @param device           threads and memory
/// @param optimizations    the rung that sessions run on unless they say otherwise
/// @param endCheckInterval on a device that works beside the host: tokens between two looks at the ids for the end of
///                         the text. Up to twice as many steps are queued ahead, and lost when the text ends
public record EngineOptions(String backend, DeviceOptions device, Optimizations optimizations, int endCheckInterval) {

    public static final int DEFAULT_END_CHECK_INTERVAL = 8;

    public EngineOptions {
        if (endCheckInterval < 1 || endCheckInterval > Timeline.MOST_STEPS_AHEAD) {
            throw new IllegalArgumentException("the end of the text can be looked for every 1 to "
                + Timeline.MOST_STEPS_AHEAD + " tokens, not every " + endCheckInterval);
        }
    }

    public static EngineOptions defaults() {
        return new EngineOptions("auto", DeviceOptions.defaults(), Optimizations.standard(),
            DEFAULT_END_CHECK_INTERVAL);
    }

    public EngineOptions withBackend(String name) {
        return new EngineOptions(name, device, optimizations, endCheckInterval);
    }

    public EngineOptions withDevice(DeviceOptions options) {
        return new EngineOptions(backend, options, optimizations, endCheckInterval);
    }

    public EngineOptions withOptimizations(Optimizations rung) {
        return new EngineOptions(backend, device, rung, endCheckInterval);
    }

    public EngineOptions withEndCheckInterval(int tokens) {
        return new EngineOptions(backend, device, optimizations, tokens);
    }
}
