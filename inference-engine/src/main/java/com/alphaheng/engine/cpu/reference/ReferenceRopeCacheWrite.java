package com.alphaheng.engine.cpu.reference;

import com.alphaheng.engine.backend.Control;
import com.alphaheng.engine.backend.op.MlaShape;
import com.alphaheng.engine.backend.op.RopeCacheWrite;
import com.alphaheng.engine.cpu.HostBuffer;

final class ReferenceRopeCacheWrite {

    private ReferenceRopeCacheWrite() { }

    static void run(RopeCacheWrite op) {
        MlaShape shape = op.shape();
        int position = op.control().buffer().readInt(Control.POSITION * 4L);
        int queryRow = shape.heads() * shape.queryWidth();
        int width = shape.latent() + shape.rope();
        for (int t = 0; t < op.tokenCount(); t++) {
            float[] query = HostBuffer.floats(op.query(), (long) t * queryRow, queryRow);
            for (int head = 0; head < shape.heads(); head++) {
                ReferenceRope.rotate(query, head * shape.queryWidth() + shape.nope(), shape.rope(), position + t,
                    shape.theta(), shape.interleaved());
            }
            HostBuffer.put(op.query(), (long) t * queryRow, query);
            float[] row = HostBuffer.floats(op.keyValue(), (long) t * width, width);
            ReferenceRmsNorm.apply(row, 0, op.latentNorm(), op.epsilon());
            ReferenceRope.rotate(row, shape.latent(), shape.rope(), position + t, shape.theta(),
                shape.interleaved());
            CacheRows.write(op.cache(), position + t, row);
        }
    }
}
