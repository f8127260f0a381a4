package com.alphaheng.engine.cpu.reference;

import com.alphaheng.engine.backend.op.Copy;
import com.alphaheng.engine.cpu.HostBuffer;

final class ReferenceCopy {

    private ReferenceCopy() { }

    static void run(Copy op) {
        int width = op.width();
        HostBuffer.put(op.out(), (long) op.outRow() * width,
            HostBuffer.floats(op.in(), (long) op.firstRow() * width, op.rows() * width));
    }
}
