package com.alphaheng.engine.backend.op;

import com.alphaheng.engine.backend.DeviceBuffer;

/// Plain: ids[row] = index of the largest logit, the lowest index among equals.
///
/// @param label where in the model
/// @param logits [rows, vocab]
/// @param rows how many
/// @param vocab values of a row
/// @param ids int32[rows]
public record ArgMax(String label, DeviceBuffer logits, int rows, int vocab, DeviceBuffer ids) implements Op {

    @Override
    public Component component() {
        return Component.SAMPLING;
    }
}
