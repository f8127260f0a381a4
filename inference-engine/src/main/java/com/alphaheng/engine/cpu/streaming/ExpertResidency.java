package com.alphaheng.engine.cpu.streaming;

import com.alphaheng.engine.backend.DeviceException;
import com.alphaheng.engine.backend.ExpertCacheUse;
import com.alphaheng.engine.cpu.nativelib.PageCache;
import com.alphaheng.engine.model.ExpertMatrices;
import com.alphaheng.engine.model.LayerWeights;
import com.alphaheng.engine.model.Matrix;
import com.alphaheng.engine.model.MlpWeights;
import com.alphaheng.engine.model.Weights;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// Which experts' pages of the mapped file may stay in memory: the most recently used, up to a number of bytes. An
/// expert that is wanted and not among them is read ahead; the longest unused one is given back to the system for
/// it. Pages are only advice's object: an expert given back is still valid memory, and reads itself in when
/// touched.
final class ExpertResidency {

    /// Most bytes set aside for heap, code, buffers and the KV cache of a session; an eighth of a smaller model's
    /// size.
    private static final long RESERVE = 512L << 20;

    private final long capacity;
    private final int experts;
    private final List<MlpWeights.Experts> layers = new ArrayList<>();
    private final long[] bytes;
    /// Doubly linked list of resident experts, slot `layer * experts + expert`; the last index is its head.
    private final int[] before;
    private final int[] after;
    private final boolean[] resident;
    private long used;
    private long hits;
    private long misses;

    /// @throws DeviceException when the budget does not even hold what is always needed
    ExpertResidency(Weights weights, long budget) {
        this.experts = weights.config().routing().experts();
        for (LayerWeights layer : weights.layers()) {
            if (layer.mlp() instanceof MlpWeights.Experts mlp) {
                layers.add(mlp);
            }
        }
        int slots = layers.size() * experts;
        this.bytes = new long[slots];
        long all = 0;
        for (int slot = 0; slot < slots; slot++) {
            bytes[slot] = bytesOf(layers.get(slot / experts), slot % experts);
            all += bytes[slot];
        }
        long model = weights.files().stream().mapToLong(MemorySegment::byteSize).sum();
        long always = model - all + Math.min(RESERVE, model / 8);
        long largest = slots == 0 ? 0 : bytes[0];
        this.capacity = budget - always;
        if (capacity < largest * weights.config().routing().perToken()) {
            throw new DeviceException("--memory " + budget + " bytes is too little for this model: attention, embedding"
                + " and head take " + always + " bytes, and the experts of a token "
                + largest * weights.config().routing().perToken());
        }
        this.before = new int[slots + 1];
        this.after = new int[slots + 1];
        this.resident = new boolean[slots];
        before[slots] = slots;
        after[slots] = slots;
    }

    private static long bytesOf(MlpWeights.Experts mlp, int expert) {
        return mlp.gate().expert(expert).bytes() + mlp.up().expert(expert).bytes()
            + mlp.down().expert(expert).bytes();
    }

    /// The number of the layer with this gate projection, -1 for none (an MTP layer).
    int layerOf(ExpertMatrices gate) {
        for (int layer = 0; layer < layers.size(); layer++) {
            if (layers.get(layer).gate() == gate) {
                return layer;
            }
        }
        return -1;
    }

    /// The experts `ids` of a layer are about to be read.
    synchronized void use(int layer, int[] ids) {
        for (int id : ids) {
            int slot = layer * experts + id;
            if (resident[slot]) {
                hits++;
                unlink(slot);
            } else {
                misses++;
                while (used + bytes[slot] > capacity && after[bytes.length] != bytes.length) {
                    evict(before[bytes.length]);
                }
                resident[slot] = true;
                used += bytes[slot];
                advise(slot, true);
            }
            linkFirst(slot);
        }
    }

    private void evict(int slot) {
        unlink(slot);
        resident[slot] = false;
        used -= bytes[slot];
        advise(slot, false);
    }

    private void unlink(int slot) {
        after[before[slot]] = after[slot];
        before[after[slot]] = before[slot];
    }

    private void linkFirst(int slot) {
        int head = bytes.length;
        after[slot] = after[head];
        before[slot] = head;
        before[after[head]] = slot;
        after[head] = slot;
    }

    private void advise(int slot, boolean wanted) {
        MlpWeights.Experts mlp = layers.get(slot / experts);
        advise(mlp.gate().expert(slot % experts), wanted);
        advise(mlp.up().expert(slot % experts), wanted);
        advise(mlp.down().expert(slot % experts), wanted);
    }

    private static void advise(Matrix matrix, boolean wanted) {
        for (MemorySegment part : new MemorySegment[] {matrix.codes(), matrix.scales()}) {
            if (part != null && wanted) {
                PageCache.adviseNeeded(part);
            } else if (part != null) {
                PageCache.adviseUnneeded(part);
            }
        }
    }

    synchronized ExpertCacheUse report() {
        return new ExpertCacheUse(hits, misses, used, capacity);
    }
}
