package com.alphaheng.engine.cpu.reference;

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

/// Runs any operation with the scalar code that defines it, on buffers of a CPU back end. Other CPU back ends may
/// fall back on it for operations too small to matter.
public final class ReferenceOps {

    private ReferenceOps() { }

    public static void run(Op operation) {
        switch (operation) {
            case Embed op -> ReferenceEmbed.run(op);
            case RmsNorm op -> ReferenceRmsNorm.run(op);
            case Linear op -> ReferenceLinear.run(op);
            case Rope op -> ReferenceRope.run(op);
            case CacheWrite op -> ReferenceCacheWrite.run(op);
            case AbsorbQuery op -> ReferenceAbsorbQuery.run(op);
            case LatentAttention op -> ReferenceLatentAttention.run(op);
            case ExpandValue op -> ReferenceExpandValue.run(op);
            case SwiGlu op -> ReferenceSwiGlu.run(op);
            case Route op -> ReferenceRoute.run(op);
            case ExpertLinear op -> ReferenceExpertLinear.run(op);
            case Combine op -> ReferenceCombine.run(op);
            case Add op -> ReferenceAdd.run(op);
            case Copy op -> ReferenceCopy.run(op);
            case Concat op -> ReferenceConcat.run(op);
            case ArgMax op -> ReferenceArgMax.run(op);
            case NormLinear op -> ReferenceNormLinear.run(op);
            case LinearResidual op -> ReferenceLinearResidual.run(op);
            case RopeCacheWrite op -> ReferenceRopeCacheWrite.run(op);
            case MlaAttention op -> ReferenceMlaAttention.run(op);
            case NormGateUp op -> ReferenceNormGateUp.run(op);
            case NormRoute op -> ReferenceNormRoute.run(op);
            case ExpertGateUp op -> ReferenceExpertGateUp.run(op);
            case ExpertDown op -> ReferenceExpertDown.run(op);
            case SelectNext op -> ReferenceSelectNext.run(op);
            case SampleNext op -> ReferenceSampleNext.run(op);
            case Advance op -> ReferenceAdvance.run(op);
        }
    }
}
