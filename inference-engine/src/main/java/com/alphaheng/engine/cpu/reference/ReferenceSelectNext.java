package com.alphaheng.engine.cpu.reference;

import com.alphaheng.engine.backend.Control;
import com.alphaheng.engine.backend.DeviceBuffer;
import com.alphaheng.engine.backend.op.SelectNext;
import com.alphaheng.engine.cpu.HostBuffer;

final class ReferenceSelectNext {

    private ReferenceSelectNext() { }

    static void run(SelectNext op) {
        Control control = op.control();
        DeviceBuffer slots = control.buffer();
        int id = ReferenceRoute.largest(HostBuffer.floats(op.logits(), 0, op.vocab()));
        int chosen = slots.readInt(Control.CHOSEN * 4L);
        control.tokens().writeInt(0, id);
        control.ring().writeInt(chosen % control.ringSize() * 4L, id);
        slots.writeInt(Control.CHOSEN * 4L, chosen + 1);
        slots.writeInt(Control.POSITION * 4L, slots.readInt(Control.POSITION * 4L) + op.advance());
    }
}
