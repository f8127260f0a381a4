package com.alphaheng.engine.backend.op;

import com.alphaheng.engine.backend.Control;

/// position += advance, for steps that choose nothing.
///
/// @param label where in the model
/// @param advance tokens that the step added to the cache
/// @param control updated
public record Advance(String label, int advance, Control control) implements Op {

    @Override
    public Component component() {
        return Component.SAMPLING;
    }
}
