package com.alphaheng.engine.backend.op;

import com.alphaheng.engine.backend.Control;
import com.alphaheng.engine.backend.DeviceBuffer;
import com.alphaheng.engine.backend.SampleState;

/// Chooses the next id as `sampling.Sampler` does: bias, penalties, temperature, top-k, top-p, min-p, then random
/// number `draws` of the seed (SplittableRandom's); and keeps the books as [SelectNext] does. Counts the id in
/// `history`; draws += 1 unless the temperature is 0.
///
/// @param label where in the model
/// @param logits [1, vocab]
/// @param vocab values
/// @param advance tokens that the step added to the cache
/// @param control updated
/// @param state how to choose; updated
public record SampleNext(String label, DeviceBuffer logits, int vocab, int advance, Control control,
                         SampleState state) implements Op {

    @Override
    public Component component() {
        return Component.SAMPLING;
    }
}
