package com.alphaheng.engine.backend;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// What a device needs to know to choose ids as `sampling.Sampling` says: how, and the text so far. All of it lies in
/// device buffers, so that steps can be queued without the host between them.
///
/// @param settings 32-bit slots, float32 or int32
/// @param history  int32[vocab]: bit 31 of ids in the prompt or the text, below it how often each was generated
/// @param bias     float32[vocab], added to the logits
public record SampleState(DeviceBuffer settings, DeviceBuffer history, DeviceBuffer bias) implements AutoCloseable {

    /// Slots of float32: temperature (0 for the largest logit), top-p, min-p, the three penalties.
    public static final int TEMPERATURE = 0;
    public static final int TOP_P = 1;
    public static final int MIN_P = 2;
    public static final int REPETITION = 3;
    public static final int PRESENCE = 4;
    public static final int FREQUENCY = 5;

    /// Slots of int32: top-k (0 for all), the seed's low and high half, how many random numbers were drawn.
    public static final int TOP_K = 6;
    public static final int SEED_LOW = 7;
    public static final int SEED_HIGH = 8;
    public static final int DRAWS = 9;

    /// Number of slots.
    public static final int SLOTS = 16;

    /// Bit of `history`: the id is in the prompt or was generated.
    public static final int SEEN = 1 << 31;

    /// Allocates a state that nothing is said about yet.
    public static SampleState allocate(Device device, int vocab) {
        return new SampleState(device.allocate("sampling settings", SLOTS * 4L),
            device.allocate("sampling history", vocab * 4L), device.allocate("logit bias", vocab * 4L));
    }

    /// How ids are chosen from the next step on, with the seed's first random number.
    ///
    /// @param floats  the slots from `TEMPERATURE` to `FREQUENCY`
    /// @param biasOf  one value per id
    public void configure(float[] floats, int topK, long seed, float[] biasOf) {
        if (floats.length != TOP_K) {
            throw new IllegalArgumentException("expected " + TOP_K + " settings, not " + Arrays.toString(floats));
        }
        for (int slot = 0; slot < floats.length; slot++) {
            settings.writeInt(slot * 4L, Float.floatToRawIntBits(floats[slot]));
        }
        settings.writeInt(TOP_K * 4L, topK);
        settings.writeInt(SEED_LOW * 4L, (int) seed);
        settings.writeInt(SEED_HIGH * 4L, (int) (seed >>> 32));
        settings.writeInt(DRAWS * 4L, 0);
        bias.write(0, MemorySegment.ofArray(biasOf));
    }

    /// Begins a text after this prompt, when so many random numbers were used.
    public void restart(int[] prompt, int draws) {
        int[] empty = new int[(int) (history.bytes() / 4)];
        for (int id : prompt) {
            empty[id] = SEEN;
        }
        history.write(0, MemorySegment.ofArray(empty));
        settings.writeInt(DRAWS * 4L, draws);
    }

    @Override
    public void close() {
        settings.close();
        history.close();
        bias.close();
    }
}
