package com.alphaheng.engine.cpu.reference;

import com.alphaheng.engine.backend.op.NormGateUp;
import com.alphaheng.engine.cpu.HostBuffer;

final class ReferenceNormGateUp {

    private ReferenceNormGateUp() { }

    static void run(NormGateUp op) {
        int width = op.norm().length();
        float[] values = HostBuffer.floats(op.in(), 0, op.tokenCount() * width);
        for (int t = 0; t < op.tokenCount(); t++) {
            ReferenceRmsNorm.apply(values, t * width, op.norm(), op.epsilon());
        }
        HostBuffer.put(op.normed(), 0, values);
        HostBuffer.put(op.out(), 0, ReferenceSwiGlu.apply(ReferenceLinear.multiply(op.gate(), values, op.tokenCount()),
            ReferenceLinear.multiply(op.up(), values, op.tokenCount())));
    }
}
