package com.alphaheng.engine.cpu.reference;

import com.alphaheng.engine.backend.Control;
import com.alphaheng.engine.backend.op.LatentAttention;
import com.alphaheng.engine.backend.op.MlaShape;
import com.alphaheng.engine.cpu.HostBuffer;

final class ReferenceLatentAttention {

    private ReferenceLatentAttention() { }

    static void run(LatentAttention op) {
        MlaShape shape = op.shape();
        int position = op.control().buffer().readInt(Control.POSITION * 4L);
        int width = shape.latent() + shape.rope();
        int cached = position + op.tokenCount();
        float[] rows = new float[cached * width];
        for (int p = 0; p < cached; p++) {
            CacheRows.read(op.cache(), p, rows, p * width);
        }
        int queryRow = shape.heads() * shape.queryWidth();
        for (int t = 0; t < op.tokenCount(); t++) {
            float[] query = HostBuffer.floats(op.query(), (long) t * queryRow, queryRow);
            long first = (long) t * shape.heads() * shape.latent();
            float[] absorbed = HostBuffer.floats(op.absorbed(), first, shape.heads() * shape.latent());
            float[] out = new float[absorbed.length];
            for (int head = 0; head < shape.heads(); head++) {
                attend(shape, head, position + t + 1, rows, absorbed, query, out);
            }
            HostBuffer.put(op.out(), first, out);
        }
    }

    private static void attend(MlaShape shape, int head, int length, float[] rows, float[] absorbed, float[] query,
                               float[] out) {
        int latent = shape.latent();
        int width = latent + shape.rope();
        int ropePart = head * shape.queryWidth() + shape.nope();
        float[] scores = new float[length];
        float largest = Float.NEGATIVE_INFINITY;
        for (int p = 0; p < length; p++) {
            float score = ReferenceLinear.dot(absorbed, head * latent, rows, p * width, latent)
                + ReferenceLinear.dot(query, ropePart, rows, p * width + latent, shape.rope());
            scores[p] = score * shape.scale();
            largest = Math.max(largest, scores[p]);
        }
        float sum = 0;
        for (int p = 0; p < length; p++) {
            scores[p] = (float) Math.exp(scores[p] - largest);
            sum += scores[p];
        }
        for (int p = 0; p < length; p++) {
            float share = scores[p] / sum;
            for (int j = 0; j < latent; j++) {
                out[head * latent + j] += share * rows[p * width + j];
            }
        }
    }
}
