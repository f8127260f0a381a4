package com.alphaheng.engine.cpu.reference;

import com.alphaheng.engine.backend.op.ExpertDown;
import com.alphaheng.engine.cpu.HostBuffer;
import com.alphaheng.engine.model.MlpWeights;

final class ReferenceExpertDown {

    private ReferenceExpertDown() { }

    static void run(ExpertDown op) {
        MlpWeights.Experts weights = op.weights();
        int choices = op.tokenCount() * op.perToken();
        int[] ids = HostBuffer.ints(op.expertIds(), choices);
        float[] in = HostBuffer.floats(op.in(), 0, choices * weights.down().cols());
        float[] each = ReferenceExpertLinear.multiply(weights.down(), in, ids, 1);
        float[] out = ReferenceCombine.combine(each, HostBuffer.floats(op.expertWeights(), 0, choices),
            op.tokenCount(), op.perToken(), weights.down().rows());
        float[] sharedIn = HostBuffer.floats(op.sharedIn(), 0, op.tokenCount() * weights.shared().down().cols());
        float[] shared = ReferenceLinear.multiply(weights.shared().down(), sharedIn, op.tokenCount());
        for (int i = 0; i < out.length; i++) {
            out[i] += shared[i];
        }
        ReferenceAdd.add(out, op.inout());
    }
}
