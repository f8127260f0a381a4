package com.alphaheng.engine.cpu.reference;

import com.alphaheng.engine.backend.op.LinearResidual;
import com.alphaheng.engine.cpu.HostBuffer;

final class ReferenceLinearResidual {

    private ReferenceLinearResidual() { }

    static void run(LinearResidual op) {
        float[] in = HostBuffer.floats(op.in(), 0, op.tokenCount() * op.matrix().cols());
        ReferenceAdd.add(ReferenceLinear.multiply(op.matrix(), in, op.tokenCount()), op.inout());
    }
}
