package com.alphaheng.engine.cpu.fast;

import com.alphaheng.engine.backend.op.AbsorbQuery;
import com.alphaheng.engine.backend.op.Add;
import com.alphaheng.engine.backend.op.Advance;
import com.alphaheng.engine.backend.op.ArgMax;
import com.alphaheng.engine.backend.op.CacheWrite;
import com.alphaheng.engine.backend.op.Combine;
import com.alphaheng.engine.backend.op.Concat;
import com.alphaheng.engine.backend.op.Copy;
import com.alphaheng.engine.backend.op.Embed;
import com.alphaheng.engine.backend.op.ExpandValue;
import com.alphaheng.engine.backend.op.ExpertDown;
import com.alphaheng.engine.backend.op.ExpertGateUp;
import com.alphaheng.engine.backend.op.ExpertLinear;
import com.alphaheng.engine.backend.op.LatentAttention;
import com.alphaheng.engine.backend.op.Linear;
import com.alphaheng.engine.backend.op.LinearResidual;
import com.alphaheng.engine.backend.op.MlaAttention;
import com.alphaheng.engine.backend.op.NormGateUp;
import com.alphaheng.engine.backend.op.NormLinear;
import com.alphaheng.engine.backend.op.NormRoute;
import com.alphaheng.engine.backend.op.Op;
import com.alphaheng.engine.backend.op.RmsNorm;
import com.alphaheng.engine.backend.op.Rope;
import com.alphaheng.engine.backend.op.RopeCacheWrite;
import com.alphaheng.engine.backend.op.Route;
import com.alphaheng.engine.backend.op.SampleNext;
import com.alphaheng.engine.backend.op.SelectNext;
import com.alphaheng.engine.backend.op.SwiGlu;
import com.alphaheng.engine.backend.op.WeighsTokens;
import com.alphaheng.engine.model.Matrix;
import java.util.List;

/// Turns operations into stages: addresses, sizes and scratch memory are settled here, once.
final class StagePlanner {

    private final Kernels kernels;
    private final SharedScratch shared;
    private final ProductStages products;
    private final ExpertStages experts;
    private final AttentionStages attention;
    private final RouteStages routes;
    private final ElementStages elements;

    /// @param kernels    what computes the operations given to this planner
    /// @param claimBytes of weights that a worker claims at once while decoding, about
    StagePlanner(Kernels kernels, int workers, SharedScratch shared, int claimBytes) {
        this.kernels = kernels;
        this.shared = shared;
        this.products = new ProductStages(kernels, workers, shared, claimBytes);
        this.experts = new ExpertStages(kernels, products, shared);
        this.attention = new AttentionStages(kernels, workers, shared);
        this.routes = new RouteStages(kernels, workers, shared);
        this.elements = new ElementStages(kernels, workers, shared);
    }

    /// Appends the stages of one operation, and raises `need` to the scratch memory that they use.
    void plan(Op operation, List<Stage> stages, Need need) {
        switch (operation) {
            case Embed op -> elements.embed(op, stages);
            case RmsNorm op -> elements.norm(op, stages);
            case Linear op -> products.plan(inputs(Memory.address(op.in()), op.tokenCount(), null, op.matrix()),
                target(op.matrix(), Memory.address(op.out()), false), null, stages, need);
            case LinearResidual op -> products.plan(inputs(Memory.address(op.in()), op.tokenCount(), null,
                op.matrix()), target(op.matrix(), Memory.address(op.inout()), true), null, stages, need);
            case NormLinear op -> normLinear(op, stages, need);
            case NormGateUp op -> normGateUp(op, stages, need);
            case Rope op -> attention.rope(op, stages);
            case CacheWrite op -> attention.cacheWrite(op, stages, need);
            case RopeCacheWrite op -> attention.ropeCacheWrite(op, stages, need);
            case AbsorbQuery op -> attention.absorb(op, stages);
            case LatentAttention op -> attention.latent(op, stages, need);
            case ExpandValue op -> attention.expand(op, stages, need);
            case MlaAttention op -> attention.attention(op, stages, need);
            case SwiGlu op -> elements.swiGlu(op, stages);
            case Route op -> routes.route(op, stages, need);
            case NormRoute op -> routes.normRoute(op, stages, need);
            case ExpertLinear op -> experts.linear(op, stages, need);
            case ExpertGateUp op -> experts.gateUp(op, stages, need);
            case ExpertDown op -> experts.down(op, stages, need);
            case Combine op -> elements.combine(op, stages);
            case Add op -> elements.add(op, stages);
            case Copy op -> elements.copy(op, stages);
            case Concat op -> elements.concat(op, stages);
            case ArgMax op -> elements.argMax(op, stages, need);
            case SelectNext op -> elements.select(op, stages, need);
            case SampleNext op -> elements.sample(op, stages);
            case Advance op -> elements.advance(op, stages);
        }
    }

    private Inputs inputs(long in, int count, Inputs.Norm norm, Matrix first, Matrix... others) {
        return new Inputs(kernels, shared, in, count, first.cols(), norm,
            first.quantized() || ProductStages.anyPacked(others));
    }

    private static ProductStages.Target target(Matrix matrix, long out, boolean accumulate) {
        return new ProductStages.Target(MatrixAddress.of(matrix), out, accumulate);
    }

    private void normLinear(NormLinear op, List<Stage> stages, Need need) {
        Inputs.Norm norm = new Inputs.Norm(op.norm().data().address(), op.epsilon(), Memory.address(op.normed()));
        long in = Memory.address(op.in()) + 4L * op.firstRow() * op.norm().length();
        Matrix second = op.second();
        products.plan(inputs(in, op.tokenCount(), norm, op.first(), second),
            target(op.first(), Memory.address(op.firstOut()), false),
            second == null ? null : target(second, Memory.address(op.secondOut()), false), stages, need);
    }

    private void normGateUp(NormGateUp op, List<Stage> stages, Need need) {
        Inputs.Norm norm = new Inputs.Norm(op.norm().data().address(), op.epsilon(), Memory.address(op.normed()));
        products.planGated(inputs(Memory.address(op.in()), op.tokenCount(), norm, op.gate(), op.up()),
            MatrixAddress.of(op.gate()), MatrixAddress.of(op.up()), Memory.address(op.out()), stages, need);
    }

    /// For how many tokens an operation computes. What multiplies no weights counts as one.
    static int tokenCount(Op operation) {
        return operation instanceof WeighsTokens weighing ? weighing.tokenCount() : 1;
    }
}
