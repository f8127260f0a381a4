package com.alphaheng.engine.cpu.reference;

import com.alphaheng.engine.backend.Control;
import com.alphaheng.engine.backend.DeviceBuffer;
import com.alphaheng.engine.backend.SampleState;
import com.alphaheng.engine.backend.op.SampleNext;
import com.alphaheng.engine.cpu.HostBuffer;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// Chooses as the operation's doc says, by sorting the whole vocabulary.
public final class ReferenceSampleNext {

    private static final long GAMMA = 0x9e3779b97f4a7c15L;
    /// Exponents below this one count as a probability of 0: less than float32 can tell.
    private static final float NEGLIGIBLE = -30;

    private ReferenceSampleNext() { }

    /// Runs it on buffers of a CPU back end.
    public static void run(SampleNext op) {
        SampleState state = op.state();
        DeviceBuffer settings = state.settings();
        float[] logits = HostBuffer.floats(op.logits(), 0, op.vocab());
        int[] history = HostBuffer.ints(state.history(), op.vocab());
        float[] bias = HostBuffer.floats(state.bias(), 0, op.vocab());
        for (int id = 0; id < logits.length; id++) {
            logits[id] = adjusted(logits[id] + bias[id], history[id], settings);
        }
        int id = ReferenceRoute.largest(logits);
        float temperature = setting(settings, SampleState.TEMPERATURE);
        if (temperature != 0) {
            id = draw(logits, logits[id], temperature, settings);
            settings.writeInt(SampleState.DRAWS * 4L, settings.readInt(SampleState.DRAWS * 4L) + 1);
        }
        state.history().writeInt(id * 4L, (history[id] | SampleState.SEEN) + 1);
        Control control = op.control();
        DeviceBuffer slots = control.buffer();
        int chosen = slots.readInt(Control.CHOSEN * 4L);
        control.tokens().writeInt(0, id);
        control.ring().writeInt(chosen % control.ringSize() * 4L, id);
        slots.writeInt(Control.CHOSEN * 4L, chosen + 1);
        slots.writeInt(Control.POSITION * 4L, slots.readInt(Control.POSITION * 4L) + op.advance());
    }

    private static float setting(DeviceBuffer settings, int slot) {
        return Float.intBitsToFloat(settings.readInt(slot * 4L));
    }

    private static float adjusted(float logit, int seen, DeviceBuffer settings) {
        if (seen == 0) {
            return logit;
        }
        float repetition = setting(settings, SampleState.REPETITION);
        float changed = logit > 0 ? logit / repetition : logit * repetition;
        int count = seen & ~SampleState.SEEN;
        return count == 0 ? changed : changed - (setting(settings, SampleState.PRESENCE)
            + count * setting(settings, SampleState.FREQUENCY));
    }

    private static int draw(float[] logits, float top, float temperature, DeviceBuffer settings) {
        float[] probabilities = new float[logits.length];
        for (int id = 0; id < logits.length; id++) {
            float exponent = (logits[id] - top) / temperature;
            probabilities[id] = exponent < NEGLIGIBLE ? 0 : (float) Math.exp(exponent);
        }
        int topK = settings.readInt(SampleState.TOP_K * 4L);
        float topP = setting(settings, SampleState.TOP_P);
        float minP = setting(settings, SampleState.MIN_P);
        boolean all = topK == 0 && topP == 1 && minP == 0;
        // Without a limit the ids are walked through as they come, else from the most probable on.
        List<Integer> order = IntStream.range(0, logits.length).boxed().sorted(all ? Comparator.naturalOrder()
            : Comparator.comparingDouble(id -> -probabilities[id])).toList();
        order = topK == 0 ? order : order.subList(0, Math.min(topK, order.size()));
        double whole = sum(order, probabilities);
        double kept = 0;
        int count = 0;
        while (count < order.size() && (all || kept < topP * whole && probabilities[order.get(count)] >= minP)) {
            kept += probabilities[order.get(count++)];
        }
        double point = uniform(settings) * kept;
        for (int id : order.subList(0, count)) {
            point -= probabilities[id];
            if (point < 0) {
                return id;
            }
        }
        return ReferenceRoute.largest(logits);
    }

    private static double sum(List<Integer> ids, float[] probabilities) {
        return ids.stream().mapToDouble(id -> probabilities[id]).sum();
    }

    /// Number `draws` of `new SplittableRandom(seed)`, which adds `GAMMA` each time and mixes (Stafford's variant 13).
    private static double uniform(DeviceBuffer settings) {
        long seed = Integer.toUnsignedLong(settings.readInt(SampleState.SEED_LOW * 4L))
            | (long) settings.readInt(SampleState.SEED_HIGH * 4L) << 32;
        long z = seed + (settings.readInt(SampleState.DRAWS * 4L) + 1L) * GAMMA;
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return ((z ^ z >>> 31) >>> 11) * 0x1.0p-53;
    }
}
