package com.alphaheng.engine.backend.op;

import com.alphaheng.engine.backend.DeviceBuffer;

/// out[t] = first[t] followed by second[t].
///
/// @param label where in the model
/// @param component what a breakdown counts it as
/// @param first [T, width]
/// @param second [T, width]
/// @param width values of a row of either
/// @param tokenCount T
/// @param out [T, 2 width]
public record Concat(String label, Component component, DeviceBuffer first, DeviceBuffer second, int width,
                     int tokenCount, DeviceBuffer out) implements Op { }
