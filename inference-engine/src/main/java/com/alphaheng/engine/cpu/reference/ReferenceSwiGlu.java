package com.alphaheng.engine.cpu.reference;

import com.alphaheng.engine.backend.op.SwiGlu;
import com.alphaheng.engine.cpu.HostBuffer;

final class ReferenceSwiGlu {

    private ReferenceSwiGlu() { }

    static void run(SwiGlu op) {
        float[] gate = HostBuffer.floats(op.gate(), 0, op.count());
        HostBuffer.put(op.out(), 0, apply(gate, HostBuffer.floats(op.up(), 0, op.count())));
    }

    static float[] apply(float[] gate, float[] up) {
        float[] out = new float[gate.length];
        for (int i = 0; i < gate.length; i++) {
            out[i] = gate[i] / (1 + (float) Math.exp(-gate[i])) * up[i];
        }
        return out;
    }
}
