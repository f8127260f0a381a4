package com.alphaheng.engine.backend.op;

import com.alphaheng.engine.backend.DeviceBuffer;

/// Plain: inout += in.
///
/// @param label where in the model
/// @param in [count]
/// @param count elements
/// @param inout [count]
public record Add(String label, DeviceBuffer in, int count, DeviceBuffer inout) implements Op {

    @Override
    public Component component() {
        return Component.RESIDUALS;
    }
}
