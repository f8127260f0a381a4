package com.alphaheng.engine.cpu.reference;

import com.alphaheng.engine.backend.Control;
import com.alphaheng.engine.backend.DeviceBuffer;
import com.alphaheng.engine.backend.op.Advance;

final class ReferenceAdvance {

    private ReferenceAdvance() { }

    static void run(Advance op) {
        DeviceBuffer slots = op.control().buffer();
        slots.writeInt(Control.POSITION * 4L, slots.readInt(Control.POSITION * 4L) + op.advance());
    }
}
