package com.alphaheng.engine.metal;

import com.alphaheng.engine.backend.op.Add;
import com.alphaheng.engine.backend.op.Advance;
import com.alphaheng.engine.backend.op.ArgMax;
import com.alphaheng.engine.backend.op.Combine;
import com.alphaheng.engine.backend.op.Concat;
import com.alphaheng.engine.backend.op.Copy;
import com.alphaheng.engine.backend.op.Op;
import com.alphaheng.engine.backend.op.SampleNext;
import com.alphaheng.engine.backend.op.SelectNext;
import com.alphaheng.engine.backend.op.SwiGlu;

import java.lang.foreign.MemorySegment;

import static com.alphaheng.engine.metal.ProgramBuilder.blocks;

/// Wrappers of the kernels that go element by element, and of those that choose an id.
final class ElementKernels {
    private static final int THREADS = 256;
    /// Of the one threadgroup that chooses an id: as many as there can be, to hide the memory's latency.
    private static final int CHOOSE_THREADS = 1024;
    /// Ids that one threadgroup of the sampling kernels looks at.
    private static final int SAMPLE_CHUNK = 1024;

    private final ProgramBuilder program;

    ElementKernels(ProgramBuilder program) {
        this.program = program;
    }

    void swiGlu(SwiGlu op) {
        swiglu(op, program.buffer(op.gate()), program.buffer(op.up()), op.count(), program.buffer(op.out()));
    }

    void swiglu(Op op, MetalBuffer gate, MetalBuffer up, int count, MetalBuffer out) {
        elements(program.kernel(op, KernelVariant.of("swiglu")).input(gate).input(up).output(out)
                .arguments(ArgumentLayout.ELEMENT.fill(program.arena(), count, 0, 0)), count);
    }

    void add(Add op) {
        elements(program.kernel(op, KernelVariant.of("add")).input(program.buffer(op.in()))
                .inout(program.buffer(op.inout()))
                .arguments(ArgumentLayout.ELEMENT.fill(program.arena(), op.count(), 0, 0)), op.count());
    }

    void copy(Copy op) {
        int count = op.rows() * op.width();
        elements(program.kernel(op, KernelVariant.of("copy")).input(program.buffer(op.in()))
                .inout(program.buffer(op.out())).arguments(ArgumentLayout.ELEMENT.fill(program.arena(), count,
                        op.firstRow() * op.width(), op.outRow() * op.width())), count);
    }

    void concat(Concat op) {
        int count = op.tokenCount() * op.width() * 2;
        elements(program.kernel(op, KernelVariant.of("concat")).input(program.buffer(op.first()))
                .input(program.buffer(op.second())).output(program.buffer(op.out()))
                .arguments(ArgumentLayout.CONCAT.fill(program.arena(), count, op.width())), count);
    }

    void combine(Combine op) {
        combine(op, program.buffer(op.in()), program.buffer(op.expertWeights()), op.tokenCount(), op.perToken(),
                op.width(), program.buffer(op.out()), false);
    }

    void combine(Op op, MetalBuffer in, MetalBuffer expertWeights, int tokenCount, int perToken, int width,
            MetalBuffer out, boolean accumulate) {
        int count = tokenCount * width;
        elements(program.kernel(op, KernelVariant.of("combine")).input(in).input(expertWeights).inout(out)
                .arguments(ArgumentLayout.COMBINE.fill(program.arena(), count, width, perToken, accumulate ? 1 : 0)),
                count);
    }

    void advance(Advance op) {
        program.add(program.kernel(op, KernelVariant.of("advance")).inout(program.buffer(op.control().buffer()))
                .arguments(ArgumentLayout.COUNT.fill(program.arena(), op.advance())).groups(1, 1, 1, 32));
    }

    private void elements(Dispatch.Builder dispatch, int count) {
        program.add(dispatch.groups(blocks(count, THREADS), 1, 1, THREADS));
    }

    void argMax(ArgMax op) {
        program.add(program.kernel(op, KernelVariant.of("arg_max")).input(program.buffer(op.logits()))
                .output(program.buffer(op.ids()))
                .arguments(ArgumentLayout.ARG_MAX.fill(program.arena(), op.vocab(), 0, 0))
                .groups(op.rows(), 1, 1, CHOOSE_THREADS));
    }

    void selectNext(SelectNext op) {
        program.add(program.kernel(op, KernelVariant.of("select_next")).input(program.buffer(op.logits()))
                .inout(program.buffer(op.control().buffer())).output(program.buffer(op.control().tokens()))
                .output(program.buffer(op.control().ring()))
                .arguments(ArgumentLayout.ARG_MAX.fill(program.arena(), op.vocab(), op.control().ringSize(),
                        op.advance()))
                .groups(1, 1, 1, CHOOSE_THREADS));
    }

    /// All threadgroups weigh the ids, then one chooses.
    void sampleNext(SampleNext op) {
        long chunks = blocks(op.vocab(), SAMPLE_CHUNK);
        // Candidates are sorted in a power of two of places.
        long places = Math.max(2, Integer.highestOneBit(op.vocab() - 1) * 2L);
        MetalBuffer settings = program.buffer(op.state().settings());
        MetalBuffer history = program.buffer(op.state().history());
        MetalBuffer adjusted = program.scratch("adjusted logits", 4L * op.vocab());
        MetalBuffer largest = program.scratch("largest logits", 4 * chunks);
        MetalBuffer probabilities = program.scratch("probabilities", 4L * op.vocab());
        MetalBuffer sums = program.scratch("sums of probabilities", 4 * chunks);
        MemorySegment arguments = ArgumentLayout.SAMPLE.fill(program.arena(), op.vocab(), op.control().ringSize(),
                op.advance());
        program.add(program.kernel(op, KernelVariant.of("sample_adjust")).input(program.buffer(op.logits()))
                .input(settings).input(history).input(program.buffer(op.state().bias())).output(adjusted)
                .output(largest).arguments(arguments).groups(chunks, 1, 1, THREADS));
        program.add(program.kernel(op, KernelVariant.of("sample_weigh")).input(adjusted).input(largest)
                .input(settings).output(probabilities).output(sums).arguments(arguments)
                .groups(chunks, 1, 1, THREADS));
        program.add(program.kernel(op, KernelVariant.of("sample_next")).input(adjusted).input(probabilities)
                .input(sums).inout(settings).inout(history).inout(program.buffer(op.control().buffer()))
                .output(program.buffer(op.control().tokens())).output(program.buffer(op.control().ring()))
                .output(program.scratch("candidate weights", 4 * places))
                .output(program.scratch("candidate ids", 4 * places)).arguments(arguments)
                .groups(1, 1, 1, CHOOSE_THREADS));
    }
}
