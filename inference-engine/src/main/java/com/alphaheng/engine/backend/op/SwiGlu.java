package com.alphaheng.engine.backend.op;

import com.alphaheng.engine.backend.DeviceBuffer;

/// Plain: out = silu(gate) * up, element by element.
///
/// @param label where in the model
/// @param component what a breakdown counts it as
/// @param gate [count]
/// @param up [count]
/// @param count elements
/// @param out [count]
public record SwiGlu(String label, Component component, DeviceBuffer gate, DeviceBuffer up, int count,
                     DeviceBuffer out) implements Op { }
