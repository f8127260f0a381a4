package com.alphaheng.engine.cpu.reference;

import com.alphaheng.engine.backend.op.ArgMax;
import com.alphaheng.engine.cpu.HostBuffer;

final class ReferenceArgMax {

    private ReferenceArgMax() { }

    static void run(ArgMax op) {
        int[] ids = new int[op.rows()];
        for (int row = 0; row < ids.length; row++) {
            ids[row] = ReferenceRoute.largest(HostBuffer.floats(op.logits(), (long) row * op.vocab(), op.vocab()));
        }
        HostBuffer.put(op.ids(), ids);
    }
}
