package com.alphaheng.engine.metal;

import com.alphaheng.engine.backend.DeviceBuffer;
import com.alphaheng.engine.backend.op.Embed;
import com.alphaheng.engine.backend.op.Linear;
import com.alphaheng.engine.backend.op.LinearResidual;
import com.alphaheng.engine.backend.op.NormGateUp;
import com.alphaheng.engine.backend.op.NormLinear;
import com.alphaheng.engine.backend.op.Op;
import com.alphaheng.engine.backend.op.RmsNorm;
import com.alphaheng.engine.model.Matrix;
import com.alphaheng.engine.model.Vector;

import static com.alphaheng.engine.metal.ProgramBuilder.VECTOR_TOKENS;
import static com.alphaheng.engine.metal.ProgramBuilder.blocks;
import static com.alphaheng.engine.metal.ProgramBuilder.on;
import static com.alphaheng.engine.metal.ProgramBuilder.vectorGroups;
import static com.alphaheng.engine.metal.ProgramBuilder.vectorThreads;

/// Wrappers of the kernels that multiply dense matrices, and of the norms that go with them.
final class ProductKernels {
    private static final int TILE_TOKENS = 32;
    private static final int TILE_ROWS = 64;
    private static final int TILE_THREADS = 128;
    private static final int NORM_THREADS = 256;
    private static final int EMBED_THREADS = 64;

    private final ProgramBuilder program;

    ProductKernels(ProgramBuilder program) {
        this.program = program;
    }

    void embed(Embed op) {
        program.tokens(op.tokenCount());
        program.add(program.kernel(op, on("embed", op.table())).matrix(program.weights().matrix(op.table()))
                .input(program.buffer(op.tokens())).output(program.buffer(op.out()))
                .arguments(ArgumentLayout.EMBED.fill(program.arena(), op.table().cols(), op.table().rows()))
                .groups(op.tokenCount(), 1, 1, EMBED_THREADS));
    }

    void rmsNorm(RmsNorm op) {
        norm(op, op.in(), 0, op.inStride(), op.weight(), op.epsilon(), op.tokenCount(), op.out(), op.outStride(),
                op.outOffset());
    }

    private void norm(Op op, DeviceBuffer in, int inFirst, int inStride, Vector weight, float epsilon, int tokenCount,
            DeviceBuffer out, int outStride, int outOffset) {
        program.add(program.kernel(op, KernelVariant.of("rms_norm")).input(program.buffer(in))
                .tensor(program.vector(weight)).output(program.buffer(out))
                .arguments(ArgumentLayout.RMS_NORM.fill(program.arena(), weight.length(), inFirst, inStride, outStride,
                        outOffset, epsilon))
                .groups(tokenCount, 1, 1, NORM_THREADS));
    }

    void linear(Linear op) {
        multiply(op, program.buffer(op.in()), op.matrix(), op.tokenCount(), program.buffer(op.out()), false);
    }

    void linearResidual(LinearResidual op) {
        multiply(op, program.buffer(op.in()), op.matrix(), op.tokenCount(), program.buffer(op.inout()), true);
    }

    /// out[t] = matrix in[t], or that added to it.
    void multiply(Op op, MetalBuffer in, Matrix matrix, int tokenCount, MetalBuffer out, boolean accumulate) {
        program.tokens(tokenCount);
        boolean tiled = tokenCount > VECTOR_TOKENS;
        String kernel = tiled ? "linear_tiled" : accumulate ? "linear_residual" : "linear";
        KernelVariant variant = tiled ? on(kernel, matrix) : on(kernel, matrix, tokenCount);
        Dispatch.Builder dispatch = program.kernel(op, variant).matrix(program.weights().matrix(matrix)).input(in);
        dispatch = accumulate || tiled ? dispatch.inout(out) : dispatch.output(out);
        dispatch.arguments(ArgumentLayout.LINEAR.fill(program.arena(), matrix.rows(), matrix.cols(), tokenCount, 0,
                accumulate ? 1 : 0));
        program.add(tiled
                ? dispatch.groups(blocks(matrix.rows(), TILE_ROWS), blocks(tokenCount, TILE_TOKENS), 1, TILE_THREADS)
                : dispatch.groups(vectorGroups(matrix.rows()), 1, 1, vectorThreads()));
    }

    void normLinear(NormLinear op) {
        int width = op.first().cols();
        boolean together = op.second() == null || ProgramBuilder.sameFormat(op.first(), op.second());
        if (op.tokenCount() > VECTOR_TOKENS || !together) {
            norm(op, op.in(), op.firstRow() * width, width, op.norm(), op.epsilon(), op.tokenCount(), op.normed(),
                    width, 0);
            MetalBuffer normed = program.buffer(op.normed());
            multiply(op, normed, op.first(), op.tokenCount(), program.buffer(op.firstOut()), false);
            if (op.second() != null) {
                multiply(op, normed, op.second(), op.tokenCount(), program.buffer(op.secondOut()), false);
            }
            return;
        }
        // Without a second matrix the first stands in its place, and no row of it is asked for.
        Matrix second = op.second() == null ? op.first() : op.second();
        int secondRows = op.second() == null ? 0 : second.rows();
        DeviceBuffer secondOut = op.second() == null ? op.firstOut() : op.secondOut();
        long rowBlocks = ProgramBuilder.rowBlocks(op.first().rows()) + ProgramBuilder.rowBlocks(secondRows);
        program.add(program.kernel(op, on("norm_linear", op.first(), op.tokenCount()))
                .matrix(program.weights().matrix(op.first())).matrix(program.weights().matrix(second))
                .input(program.buffer(op.in())).tensor(program.vector(op.norm())).output(program.buffer(op.normed()))
                .output(program.buffer(op.firstOut())).output(program.buffer(secondOut))
                .arguments(ArgumentLayout.NORM_LINEAR.fill(program.arena(), op.first().rows(), secondRows, width,
                        op.firstRow() * width, op.epsilon()))
                .groups(ProgramBuilder.vectorGroupsOfBlocks(rowBlocks), 1, 1, vectorThreads()));
    }

    void normGateUp(NormGateUp op) {
        int width = op.gate().cols();
        int rows = op.gate().rows();
        MetalBuffer out = program.buffer(op.out());
        if (op.tokenCount() > VECTOR_TOKENS || !ProgramBuilder.sameFormat(op.gate(), op.up())) {
            norm(op, op.in(), 0, width, op.norm(), op.epsilon(), op.tokenCount(), op.normed(), width, 0);
            MetalBuffer normed = program.buffer(op.normed());
            MetalBuffer gate = program.scratch("gate", 4L * op.tokenCount() * rows);
            MetalBuffer up = program.scratch("up", 4L * op.tokenCount() * rows);
            multiply(op, normed, op.gate(), op.tokenCount(), gate, false);
            multiply(op, normed, op.up(), op.tokenCount(), up, false);
            new ElementKernels(program).swiglu(op, gate, up, op.tokenCount() * rows, out);
            return;
        }
        program.add(program.kernel(op, on("norm_gate_up", op.gate(), op.tokenCount()))
                .matrix(program.weights().matrix(op.gate())).matrix(program.weights().matrix(op.up()))
                .input(program.buffer(op.in())).tensor(program.vector(op.norm())).output(program.buffer(op.normed()))
                .output(out)
                .arguments(ArgumentLayout.NORM_GATE_UP.fill(program.arena(), rows, width, op.epsilon()))
                .groups(vectorGroups(rows), 1, 1, vectorThreads()));
    }
}
