package com.alphaheng.engine.cpu.reference;

import com.alphaheng.engine.backend.op.Embed;
import com.alphaheng.engine.cpu.HostBuffer;
import com.alphaheng.engine.model.MatrixRows;

final class ReferenceEmbed {

    private ReferenceEmbed() { }

    static void run(Embed op) {
        int[] tokens = HostBuffer.ints(op.tokens(), op.tokenCount());
        float[] row = new float[op.table().cols()];
        for (int t = 0; t < tokens.length; t++) {
            MatrixRows.read(op.table(), tokens[t], row, 0);
            HostBuffer.put(op.out(), (long) t * row.length, row);
        }
    }
}
