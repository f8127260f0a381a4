package com.alphaheng.engine.cpu.reference;

import com.alphaheng.engine.backend.op.NormLinear;
import com.alphaheng.engine.cpu.HostBuffer;

final class ReferenceNormLinear {

    private ReferenceNormLinear() { }

    static void run(NormLinear op) {
        int width = op.norm().length();
        float[] values = HostBuffer.floats(op.in(), (long) op.firstRow() * width, op.tokenCount() * width);
        for (int t = 0; t < op.tokenCount(); t++) {
            ReferenceRmsNorm.apply(values, t * width, op.norm(), op.epsilon());
        }
        HostBuffer.put(op.normed(), 0, values);
        HostBuffer.put(op.firstOut(), 0, ReferenceLinear.multiply(op.first(), values, op.tokenCount()));
        if (op.second() != null) {
            HostBuffer.put(op.secondOut(), 0, ReferenceLinear.multiply(op.second(), values, op.tokenCount()));
        }
    }
}
