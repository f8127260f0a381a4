package com.alphaheng.engine.metal;

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

import java.util.List;

/// Which wrapper plans which operation.
final class OperationPlanner {
    private OperationPlanner() {
    }

    static void plan(List<Op> operations, ProgramBuilder program) {
        ProductKernels products = new ProductKernels(program);
        AttentionKernels attention = new AttentionKernels(program);
        ExpertKernels experts = new ExpertKernels(program);
        ElementKernels elements = new ElementKernels(program);
        for (Op operation : operations) {
            switch (operation) {
                case Embed op -> products.embed(op);
                case RmsNorm op -> products.rmsNorm(op);
                case Linear op -> products.linear(op);
                case LinearResidual op -> products.linearResidual(op);
                case NormLinear op -> products.normLinear(op);
                case NormGateUp op -> products.normGateUp(op);
                case Rope op -> attention.rope(op);
                case CacheWrite op -> attention.cacheWrite(op);
                case RopeCacheWrite op -> attention.ropeCacheWrite(op);
                case AbsorbQuery op -> attention.absorbQuery(op);
                case LatentAttention op -> attention.latentAttention(op);
                case ExpandValue op -> attention.expandValue(op);
                case MlaAttention op -> attention.mlaAttention(op);
                case Route op -> experts.route(op);
                case NormRoute op -> experts.normRoute(op);
                case ExpertLinear op -> experts.expertLinear(op);
                case ExpertGateUp op -> experts.expertGateUp(op);
                case ExpertDown op -> experts.expertDown(op);
                case SwiGlu op -> elements.swiGlu(op);
                case Add op -> elements.add(op);
                case Copy op -> elements.copy(op);
                case Concat op -> elements.concat(op);
                case Combine op -> elements.combine(op);
                case SampleNext op -> elements.sampleNext(op);
                case Advance op -> elements.advance(op);
                case ArgMax op -> elements.argMax(op);
                case SelectNext op -> elements.selectNext(op);
            }
        }
    }
}
