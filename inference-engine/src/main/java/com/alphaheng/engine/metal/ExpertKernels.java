package com.alphaheng.engine.metal;

import com.alphaheng.engine.backend.op.ExpertDown;
import com.alphaheng.engine.backend.op.ExpertGateUp;
import com.alphaheng.engine.backend.op.ExpertLinear;
import com.alphaheng.engine.backend.op.NormRoute;
import com.alphaheng.engine.backend.op.Op;
import com.alphaheng.engine.backend.op.Route;
import com.alphaheng.engine.model.ExpertMatrices;
import com.alphaheng.engine.model.Matrix;
import com.alphaheng.engine.model.MlpWeights;
import com.alphaheng.engine.model.ModelConfig;

import java.lang.foreign.MemorySegment;

import static com.alphaheng.engine.metal.ProgramBuilder.blocks;
import static com.alphaheng.engine.metal.ProgramBuilder.on;
import static com.alphaheng.engine.metal.ProgramBuilder.vectorGroups;
import static com.alphaheng.engine.metal.ProgramBuilder.vectorThreads;

/// Wrappers of the kernels of the mixture of experts. Which experts were chosen stays on the device.
final class ExpertKernels {
    /// From so many tokens on, experts are shared by enough tokens to sort these by expert and multiply tiles.
    private static final int TILED_FROM = 16;
    private static final int TILE_TOKENS = 32;
    private static final int TILE_ROWS = 64;
    private static final int TILE_THREADS = 128;
    private static final int ROUTE_THREADS = 256;
    private static final int MAX_EXPERTS = 512;
    private static final int MAX_CHOSEN = 32;

    private final ProgramBuilder program;

    ExpertKernels(ProgramBuilder program) {
        this.program = program;
    }

    void route(Route op) {
        limits(op, op.rule());
        program.add(program.kernel(op, on("route", op.router(), 1))
                .tensor(program.weights().matrix(op.router()).codes()).tensor(program.vector(op.bias()))
                .input(program.buffer(op.in())).output(program.buffer(op.expertIds()))
                .output(program.buffer(op.expertWeights())).arguments(rule(op.rule(), op.router().cols(), 0))
                .groups(op.tokenCount(), 1, 1, ROUTE_THREADS));
    }

    void normRoute(NormRoute op) {
        limits(op, op.rule());
        program.tokens(op.tokenCount());
        program.add(program.kernel(op, on("norm_route", op.router(), 1))
                .tensor(program.weights().matrix(op.router()).codes()).tensor(program.vector(op.bias()))
                .input(program.buffer(op.in())).tensor(program.vector(op.norm())).output(program.buffer(op.normed()))
                .output(program.buffer(op.expertIds())).output(program.buffer(op.expertWeights()))
                .arguments(rule(op.rule(), op.router().cols(), op.epsilon()))
                .groups(op.tokenCount(), 1, 1, ROUTE_THREADS));
    }

    private static void limits(Op op, ModelConfig.Routing rule) {
        ProgramBuilder.require(op, "routed experts", rule.experts(), MAX_EXPERTS);
        ProgramBuilder.require(op, "experts per token", rule.perToken(), MAX_CHOSEN);
    }

    private MemorySegment rule(ModelConfig.Routing rule, int columns, float epsilon) {
        return ArgumentLayout.ROUTE.fill(program.arena(), rule.experts(), rule.perToken(), rule.groups(),
                rule.keptGroups(), rule.normalized() ? 1 : 0, columns, rule.scale(), epsilon);
    }

    void expertLinear(ExpertLinear op) {
        MetalBuffer in = program.buffer(op.in());
        MetalBuffer ids = program.buffer(op.expertIds());
        MetalBuffer out = program.buffer(op.out());
        if (op.tokenCount() >= TILED_FROM) {
            Grouping grouping = group(op, ids, op.matrices(), op.tokenCount(), op.perToken());
            tiled(op, in, op.inPerChoice(), grouping, op.matrices(), out);
            return;
        }
        Matrix one = op.matrices().expert(0);
        program.add(program.kernel(op, on("expert_linear", one, 1)).matrix(program.weights().experts(op.matrices()))
                .input(in).input(ids).output(out)
                .arguments(arguments(op.matrices(), op.tokenCount(), op.perToken(), op.inPerChoice()))
                .groups(vectorGroups(one.rows()), (long) op.tokenCount() * op.perToken(), 1, vectorThreads()));
    }

    private MemorySegment arguments(ExpertMatrices matrices, int tokenCount, int perToken, boolean inPerChoice) {
        return ArgumentLayout.EXPERT_LINEAR.fill(program.arena(), matrices.rows(), matrices.cols(), tokenCount,
                perToken, matrices.experts(), inPerChoice ? 1 : 0);
    }

    /// The choices of all tokens, sorted by expert.
    private record Grouping(MetalBuffer offsets, MetalBuffer order, int tokenCount, int perToken) { }

    private Grouping group(Op op, MetalBuffer ids, ExpertMatrices matrices, int tokenCount, int perToken) {
        ProgramBuilder.require(op, "routed experts", matrices.experts(), MAX_EXPERTS);
        MetalBuffer offsets = program.scratch("expert offsets", 4L * (matrices.experts() + 1));
        MetalBuffer order = program.scratch("expert order", 4L * tokenCount * perToken);
        program.add(program.kernel(op, KernelVariant.of("group_by_expert")).input(ids).output(offsets).output(order)
                .arguments(arguments(matrices, tokenCount, perToken, false))
                .groups(1, 1, 1, (int) blocks(matrices.experts(), 32) * 32));
        return new Grouping(offsets, order, tokenCount, perToken);
    }

    private void tiled(Op op, MetalBuffer in, boolean inPerChoice, Grouping grouping, ExpertMatrices matrices,
            MetalBuffer out) {
        program.tokens(grouping.tokenCount());
        // A token chooses an expert at most once, so no expert has more choices than there are tokens.
        program.add(program.kernel(op, on("expert_linear_tiled", matrices.expert(0)))
                .matrix(program.weights().experts(matrices)).input(in).input(grouping.offsets()).input(grouping.order())
                .output(out).arguments(arguments(matrices, grouping.tokenCount(), grouping.perToken(), inPerChoice))
                .groups(blocks(matrices.rows(), TILE_ROWS), blocks(grouping.tokenCount(), TILE_TOKENS),
                        matrices.experts(), TILE_THREADS));
    }

    void expertGateUp(ExpertGateUp op) {
        MlpWeights.Experts weights = op.weights();
        MlpWeights.Dense shared = weights.shared();
        Matrix one = weights.gate().expert(0);
        boolean together = ProgramBuilder.sameFormat(one, shared.gate()) && ProgramBuilder.sameFormat(one, shared.up())
                && ProgramBuilder.sameFormat(one, weights.up().expert(0));
        if (op.tokenCount() >= TILED_FROM || !together) {
            gateUpApart(op);
            return;
        }
        program.tokens(op.tokenCount());
        int mostRows = Math.max(one.rows(), shared.gate().rows());
        WeightBuffers places = program.weights();
        program.add(program.kernel(op, on("expert_gate_up", one, 1)).matrix(places.experts(weights.gate()))
                .matrix(places.experts(weights.up())).matrix(places.matrix(shared.gate()))
                .matrix(places.matrix(shared.up())).input(program.buffer(op.in())).input(program.buffer(op.expertIds()))
                .output(program.buffer(op.out())).output(program.buffer(op.sharedOut()))
                .arguments(ArgumentLayout.EXPERT_GATE_UP.fill(program.arena(), one.rows(), shared.gate().rows(),
                        one.cols(), op.perToken(), weights.gate().experts()))
                .groups(vectorGroups(mostRows), op.tokenCount(), op.perToken() + 1L, vectorThreads()));
    }

    private void gateUpApart(ExpertGateUp op) {
        MlpWeights.Experts weights = op.weights();
        int tokens = op.tokenCount();
        int choices = tokens * op.perToken();
        MetalBuffer in = program.buffer(op.in());
        Grouping grouping = group(op, program.buffer(op.expertIds()), weights.gate(), tokens, op.perToken());
        int count = choices * weights.gate().rows();
        int sharedCount = tokens * weights.shared().gate().rows();
        MetalBuffer gate = program.scratch("expert gate", 4L * count);
        MetalBuffer up = program.scratch("expert up", 4L * count);
        MetalBuffer sharedGate = program.scratch("shared gate", 4L * sharedCount);
        MetalBuffer sharedUp = program.scratch("shared up", 4L * sharedCount);
        tiled(op, in, false, grouping, weights.gate(), gate);
        tiled(op, in, false, grouping, weights.up(), up);
        ProductKernels products = new ProductKernels(program);
        products.multiply(op, in, weights.shared().gate(), tokens, sharedGate, false);
        products.multiply(op, in, weights.shared().up(), tokens, sharedUp, false);
        ElementKernels elements = new ElementKernels(program);
        elements.swiglu(op, gate, up, count, program.buffer(op.out()));
        elements.swiglu(op, sharedGate, sharedUp, sharedCount, program.buffer(op.sharedOut()));
    }

    void expertDown(ExpertDown op) {
        MlpWeights.Experts weights = op.weights();
        Matrix one = weights.down().expert(0);
        Matrix shared = weights.shared().down();
        MetalBuffer in = program.buffer(op.in());
        MetalBuffer sharedIn = program.buffer(op.sharedIn());
        MetalBuffer ids = program.buffer(op.expertIds());
        MetalBuffer shares = program.buffer(op.expertWeights());
        MetalBuffer inout = program.buffer(op.inout());
        if (op.tokenCount() >= TILED_FROM || !ProgramBuilder.sameFormat(one, shared)) {
            Grouping grouping = group(op, ids, weights.down(), op.tokenCount(), op.perToken());
            MetalBuffer each = program.scratch("expert down", 4L * op.tokenCount() * op.perToken() * one.rows());
            tiled(op, in, true, grouping, weights.down(), each);
            new ProductKernels(program).multiply(op, sharedIn, shared, op.tokenCount(), inout, true);
            new ElementKernels(program).combine(op, each, shares, op.tokenCount(), op.perToken(), one.rows(), inout,
                    true);
            return;
        }
        program.tokens(op.tokenCount());
        program.add(program.kernel(op, on("expert_down", one, 1)).matrix(program.weights().experts(weights.down()))
                .matrix(program.weights().matrix(shared)).input(in).input(sharedIn).input(ids).input(shares)
                .inout(inout)
                .arguments(ArgumentLayout.EXPERT_DOWN.fill(program.arena(), one.rows(), one.cols(), shared.cols(),
                        op.perToken(), weights.down().experts()))
                .groups(vectorGroups(one.rows()), op.tokenCount(), 1, vectorThreads()));
    }
}
