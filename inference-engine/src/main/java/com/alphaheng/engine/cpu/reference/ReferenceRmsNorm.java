package com.alphaheng.engine.cpu.reference;

import com.alphaheng.engine.backend.op.RmsNorm;
import com.alphaheng.engine.cpu.HostBuffer;
import com.alphaheng.engine.model.Vector;

final class ReferenceRmsNorm {

    private ReferenceRmsNorm() { }

    static void run(RmsNorm op) {
        int width = op.weight().length();
        for (int t = 0; t < op.tokenCount(); t++) {
            float[] row = HostBuffer.floats(op.in(), (long) t * op.inStride(), width);
            apply(row, 0, op.weight(), op.epsilon());
            HostBuffer.put(op.out(), (long) t * op.outStride() + op.outOffset(), row);
        }
    }

    /// Normalizes `weight.length` values in place.
    static void apply(float[] values, int offset, Vector weight, float epsilon) {
        int width = weight.length();
        double squares = 0;
        for (int i = 0; i < width; i++) {
            squares += (double) values[offset + i] * values[offset + i];
        }
        float factor = (float) (1 / Math.sqrt(squares / width + epsilon));
        for (int i = 0; i < width; i++) {
            values[offset + i] = values[offset + i] * factor * weight.get(i);
        }
    }
}
