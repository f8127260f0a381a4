package com.alphaheng.engine.cpu.reference;

import com.alphaheng.engine.backend.Control;
import com.alphaheng.engine.backend.op.Rope;
import com.alphaheng.engine.cpu.HostBuffer;

final class ReferenceRope {

    private ReferenceRope() { }

    static void run(Rope op) {
        int position = op.control().buffer().readInt(Control.POSITION * 4L);
        int row = op.heads() * op.headStride();
        for (int t = 0; t < op.tokenCount(); t++) {
            float[] values = HostBuffer.floats(op.inout(), (long) t * row, row);
            for (int head = 0; head < op.heads(); head++) {
                rotate(values, head * op.headStride() + op.offset(), op.width(), position + t, op.theta(),
                    op.interleaved());
            }
            HostBuffer.put(op.inout(), (long) t * row, values);
        }
    }

    static void rotate(float[] values, int offset, int width, int position, double theta, boolean interleaved) {
        float[] rotated = new float[width];
        int half = width / 2;
        for (int pair = 0; pair < half; pair++) {
            // float32 like the published implementation: inverse frequency first, then the product with the position.
            float frequency = (float) (1 / Math.pow(theta, 2.0 * pair / width));
            float angle = position * frequency;
            float cosine = (float) Math.cos(angle);
            float sine = (float) Math.sin(angle);
            int first = interleaved ? 2 * pair : pair;
            int second = interleaved ? first + 1 : pair + half;
            float x = values[offset + first];
            float y = values[offset + second];
            rotated[first] = x * cosine - y * sine;
            rotated[second] = y * cosine + x * sine;
        }
        System.arraycopy(rotated, 0, values, offset, width);
    }
}
