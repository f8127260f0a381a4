package com.alphaheng.engine.cpu.reference;

import com.alphaheng.engine.backend.op.ExpertGateUp;
import com.alphaheng.engine.cpu.HostBuffer;
import com.alphaheng.engine.model.MlpWeights;

final class ReferenceExpertGateUp {

    private ReferenceExpertGateUp() { }

    static void run(ExpertGateUp op) {
        MlpWeights.Experts weights = op.weights();
        int[] ids = HostBuffer.ints(op.expertIds(), op.tokenCount() * op.perToken());
        float[] in = HostBuffer.floats(op.in(), 0, op.tokenCount() * weights.gate().cols());
        HostBuffer.put(op.out(), 0, ReferenceSwiGlu.apply(
            ReferenceExpertLinear.multiply(weights.gate(), in, ids, op.perToken()),
            ReferenceExpertLinear.multiply(weights.up(), in, ids, op.perToken())));
        HostBuffer.put(op.sharedOut(), 0, ReferenceSwiGlu.apply(
            ReferenceLinear.multiply(weights.shared().gate(), in, op.tokenCount()),
            ReferenceLinear.multiply(weights.shared().up(), in, op.tokenCount())));
    }
}
