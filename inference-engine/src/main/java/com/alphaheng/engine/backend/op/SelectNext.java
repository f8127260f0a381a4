package com.alphaheng.engine.backend.op;

import com.alphaheng.engine.backend.Control;
import com.alphaheng.engine.backend.DeviceBuffer;

/// Fused [ArgMax] of one row and the bookkeeping of a greedy step: tokens[0] = id, ring[chosen % ringSize] = id,
/// chosen += 1, position += advance.
///
/// @param label where in the model
/// @param logits [1, vocab]
/// @param vocab values
/// @param advance tokens that the step added to the cache
/// @param control updated
public record SelectNext(String label, DeviceBuffer logits, int vocab, int advance, Control control) implements Op {

    @Override
    public Component component() {
        return Component.SAMPLING;
    }
}
