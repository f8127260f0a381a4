package com.alphaheng.engine.cpu.reference;

import com.alphaheng.engine.backend.DeviceBuffer;
import com.alphaheng.engine.backend.op.Add;
import com.alphaheng.engine.cpu.HostBuffer;

final class ReferenceAdd {

    private ReferenceAdd() { }

    static void run(Add op) {
        add(HostBuffer.floats(op.in(), 0, op.count()), op.inout());
    }

    static void add(float[] values, DeviceBuffer inout) {
        float[] sum = HostBuffer.floats(inout, 0, values.length);
        for (int i = 0; i < sum.length; i++) {
            sum[i] += values[i];
        }
        HostBuffer.put(inout, 0, sum);
    }
}
