package com.alphaheng.engine.cpu.reference;

import com.alphaheng.engine.backend.op.Concat;
import com.alphaheng.engine.cpu.HostBuffer;

final class ReferenceConcat {

    private ReferenceConcat() { }

    static void run(Concat op) {
        int width = op.width();
        for (int t = 0; t < op.tokenCount(); t++) {
            HostBuffer.put(op.out(), 2L * t * width, HostBuffer.floats(op.first(), (long) t * width, width));
            HostBuffer.put(op.out(), (2L * t + 1) * width, HostBuffer.floats(op.second(), (long) t * width, width));
        }
    }
}
