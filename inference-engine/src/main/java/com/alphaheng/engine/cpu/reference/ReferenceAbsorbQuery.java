package com.alphaheng.engine.cpu.reference;

import com.alphaheng.engine.backend.op.AbsorbQuery;
import com.alphaheng.engine.backend.op.MlaShape;
import com.alphaheng.engine.cpu.HostBuffer;
import com.alphaheng.engine.model.MatrixRows;

final class ReferenceAbsorbQuery {

    private ReferenceAbsorbQuery() { }

    static void run(AbsorbQuery op) {
        MlaShape shape = op.shape();
        int latent = shape.latent();
        int queryRow = shape.heads() * shape.queryWidth();
        float[] query = HostBuffer.floats(op.query(), 0, op.tokenCount() * queryRow);
        float[] out = new float[op.tokenCount() * shape.heads() * latent];
        float[] weights = new float[latent];
        for (int head = 0; head < shape.heads(); head++) {
            for (int i = 0; i < shape.nope(); i++) {
                MatrixRows.read(op.keyValueB(), head * shape.headRows() + i, weights, 0);
                for (int t = 0; t < op.tokenCount(); t++) {
                    float factor = query[t * queryRow + head * shape.queryWidth() + i];
                    int target = (t * shape.heads() + head) * latent;
                    for (int j = 0; j < latent; j++) {
                        out[target + j] += factor * weights[j];
                    }
                }
            }
        }
        HostBuffer.put(op.out(), 0, out);
    }
}
