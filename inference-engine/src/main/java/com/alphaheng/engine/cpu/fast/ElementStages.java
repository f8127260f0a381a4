package com.alphaheng.engine.cpu.fast;

import com.alphaheng.engine.backend.Control;
import com.alphaheng.engine.backend.DeviceBuffer;
import com.alphaheng.engine.backend.op.Add;
import com.alphaheng.engine.backend.op.Advance;
import com.alphaheng.engine.backend.op.ArgMax;
import com.alphaheng.engine.backend.op.Combine;
import com.alphaheng.engine.backend.op.Concat;
import com.alphaheng.engine.backend.op.Copy;
import com.alphaheng.engine.backend.op.Embed;
import com.alphaheng.engine.backend.op.RmsNorm;
import com.alphaheng.engine.backend.op.SampleNext;
import com.alphaheng.engine.backend.op.SelectNext;
import com.alphaheng.engine.backend.op.SwiGlu;
import com.alphaheng.engine.cpu.reference.ReferenceSampleNext;
import java.util.List;

/// Plans what is neither a product nor attention.
final class ElementStages {

    private static final int ELEMENTS_AT_ONCE = 8192;

    private final Kernels kernels;
    private final int workers;
    private final SharedScratch shared;

    ElementStages(Kernels kernels, int workers, SharedScratch shared) {
        this.kernels = kernels;
        this.workers = workers;
        this.shared = shared;
    }

    void embed(Embed op, List<Stage> stages) {
        MatrixAddress table = MatrixAddress.of(op.table());
        long tokens = Memory.address(op.tokens());
        long out = Memory.address(op.out());
        stages.add(worker -> {
            for (int t = worker.claim(); t < op.tokenCount(); t = worker.claim()) {
                kernels.widenRow(table, Memory.getInt(tokens + 4L * t), out + 4L * t * table.cols());
            }
        });
    }

    void norm(RmsNorm op, List<Stage> stages) {
        long in = Memory.address(op.in());
        long out = Memory.address(op.out()) + 4L * op.outOffset();
        long weight = op.weight().data().address();
        stages.add(worker -> {
            for (int t = worker.claim(); t < op.tokenCount(); t = worker.claim()) {
                kernels.rmsNorm(in + 4L * t * op.inStride(), weight, op.weight().length(), op.epsilon(),
                    out + 4L * t * op.outStride());
            }
        });
    }

    void swiGlu(SwiGlu op, List<Stage> stages) {
        long gate = Memory.address(op.gate());
        long up = Memory.address(op.up());
        long out = Memory.address(op.out());
        ranges(op.count(), stages, (first, end) ->
            kernels.swiglu(gate + 4L * first, up + 4L * first, end - first, out + 4L * first));
    }

    void add(Add op, List<Stage> stages) {
        long in = Memory.address(op.in());
        long inout = Memory.address(op.inout());
        ranges(op.count(), stages, (first, end) -> {
            for (long at = 4L * first; at < 4L * end; at += 4) {
                Memory.putFloat(inout + at, Memory.getFloat(inout + at) + Memory.getFloat(in + at));
            }
        });
    }

    private interface Range {

        void run(int first, int end);
    }

    private static void ranges(int count, List<Stage> stages, Range range) {
        stages.add(worker -> {
            for (int first = worker.claim() * ELEMENTS_AT_ONCE; first < count;
                    first = worker.claim() * ELEMENTS_AT_ONCE) {
                range.run(first, Math.min(first + ELEMENTS_AT_ONCE, count));
            }
        });
    }

    void combine(Combine op, List<Stage> stages) {
        long in = Memory.address(op.in());
        long weights = Memory.address(op.expertWeights());
        long out = Memory.address(op.out());
        stages.add(worker -> {
            for (int t = worker.claim(); t < op.tokenCount(); t = worker.claim()) {
                for (int i = 0; i < op.width(); i++) {
                    float sum = 0;
                    for (int j = 0; j < op.perToken(); j++) {
                        long choice = (long) t * op.perToken() + j;
                        sum += Memory.getFloat(weights + 4 * choice)
                            * Memory.getFloat(in + 4 * (choice * op.width() + i));
                    }
                    Memory.putFloat(out + 4L * (t * op.width() + i), sum);
                }
            }
        });
    }

    void copy(Copy op, List<Stage> stages) {
        long in = Memory.address(op.in()) + 4L * op.firstRow() * op.width();
        long out = Memory.address(op.out()) + 4L * op.outRow() * op.width();
        stages.add(worker -> {
            if (worker.first()) {
                Memory.copy(in, out, 4L * op.rows() * op.width());
            }
        });
    }

    void concat(Concat op, List<Stage> stages) {
        long first = Memory.address(op.first());
        long second = Memory.address(op.second());
        long out = Memory.address(op.out());
        long bytes = 4L * op.width();
        stages.add(worker -> {
            for (int t = worker.claim(); t < op.tokenCount(); t = worker.claim()) {
                Memory.copy(first + t * bytes, out + 2 * t * bytes, bytes);
                Memory.copy(second + t * bytes, out + (2 * t + 1) * bytes, bytes);
            }
        });
    }

    void argMax(ArgMax op, List<Stage> stages, Need need) {
        long ids = Memory.address(op.ids());
        largest(Memory.address(op.logits()), op.rows(), op.vocab(), stages, need,
            (row, best) -> Memory.putInt(ids + 4L * row, best));
    }

    void select(SelectNext op, List<Stage> stages, Need need) {
        Control control = op.control();
        DeviceBuffer slots = control.buffer();
        largest(Memory.address(op.logits()), 1, op.vocab(), stages, need, (row, best) -> {
            int chosen = slots.readInt(Control.CHOSEN * 4L);
            control.tokens().writeInt(0, best);
            control.ring().writeInt(chosen % control.ringSize() * 4L, best);
            slots.writeInt(Control.CHOSEN * 4L, chosen + 1);
            advance(slots, op.advance());
        });
    }

    /// Sessions on a CPU choose by `sampling.Sampler`, which knows shorter ways than the definition.
    void sample(SampleNext op, List<Stage> stages) {
        stages.add(worker -> {
            if (worker.first()) {
                ReferenceSampleNext.run(op);
            }
        });
    }

    void advance(Advance op, List<Stage> stages) {
        stages.add(worker -> {
            if (worker.first()) {
                advance(op.control().buffer(), op.advance());
            }
        });
    }

    private static void advance(DeviceBuffer slots, int tokens) {
        slots.writeInt(Control.POSITION * 4L, slots.readInt(Control.POSITION * 4L) + tokens);
    }

    private interface Chosen {

        void is(int row, int index);
    }

    /// Every worker finds the largest of its share of each row and leaves its index in shared memory; one compares.
    private void largest(long values, int rows, int count, List<Stage> stages, Need need, Chosen chosen) {
        need.shared(4L * rows * workers);
        int share = (count + workers - 1) / workers;
        stages.add(worker -> {
            int first = Math.min(worker.index() * share, count - 1);
            int end = Math.min(first + share, count);
            for (int row = 0; row < rows; row++) {
                Memory.putInt(shared.address() + 4L * (row * workers + worker.index()),
                    largest(values + 4L * row * count, first, end));
            }
        });
        stages.add(worker -> {
            if (worker.first()) {
                for (int row = 0; row < rows; row++) {
                    chosen.is(row, largest(values + 4L * row * count, shared.address() + 4L * row * workers));
                }
            }
        });
    }

    private static int largest(long values, int first, int end) {
        int best = first;
        float most = Memory.getFloat(values + 4L * first);
        for (int i = first + 1; i < end; i++) {
            float value = Memory.getFloat(values + 4L * i);
            if (value > most) {
                most = value;
                best = i;
            }
        }
        return best;
    }

    /// The best of the workers' best, whose indices rise.
    private int largest(long values, long indices) {
        int best = Memory.getInt(indices);
        for (int i = 1; i < workers; i++) {
            int other = Memory.getInt(indices + 4L * i);
            if (Memory.getFloat(values + 4L * other) > Memory.getFloat(values + 4L * best)) {
                best = other;
            }
        }
        return best;
    }
}
