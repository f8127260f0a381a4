package com.alphaheng.engine.cpu.reference;

import com.alphaheng.engine.backend.op.ExpandValue;
import com.alphaheng.engine.backend.op.MlaShape;
import com.alphaheng.engine.cpu.HostBuffer;
import com.alphaheng.engine.model.MatrixRows;

final class ReferenceExpandValue {

    private ReferenceExpandValue() { }

    static void run(ExpandValue op) {
        MlaShape shape = op.shape();
        int latent = shape.latent();
        float[] in = HostBuffer.floats(op.latent(), 0, op.tokenCount() * shape.heads() * latent);
        float[] out = new float[op.tokenCount() * shape.heads() * shape.value()];
        float[] weights = new float[latent];
        for (int head = 0; head < shape.heads(); head++) {
            for (int i = 0; i < shape.value(); i++) {
                MatrixRows.read(op.keyValueB(), head * shape.headRows() + shape.nope() + i, weights, 0);
                for (int t = 0; t < op.tokenCount(); t++) {
                    int row = t * shape.heads() + head;
                    out[row * shape.value() + i] = ReferenceLinear.dot(weights, 0, in, row * latent, latent);
                }
            }
        }
        HostBuffer.put(op.out(), 0, out);
    }
}
