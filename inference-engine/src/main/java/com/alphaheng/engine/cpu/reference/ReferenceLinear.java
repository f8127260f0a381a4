package com.alphaheng.engine.cpu.reference;

import com.alphaheng.engine.backend.op.Linear;
import com.alphaheng.engine.cpu.HostBuffer;
import com.alphaheng.engine.model.Matrix;
import com.alphaheng.engine.model.MatrixRows;

final class ReferenceLinear {

    private ReferenceLinear() { }

    static void run(Linear op) {
        float[] in = HostBuffer.floats(op.in(), 0, op.tokenCount() * op.matrix().cols());
        HostBuffer.put(op.out(), 0, multiply(op.matrix(), in, op.tokenCount()));
    }

    /// The product with each of `tokenCount` rows of `in`: out[t, row] = matrix[row] . in[t].
    static float[] multiply(Matrix matrix, float[] in, int tokenCount) {
        int rows = matrix.rows();
        int cols = matrix.cols();
        float[] out = new float[tokenCount * rows];
        float[] weights = new float[cols];
        for (int row = 0; row < rows; row++) {
            MatrixRows.read(matrix, row, weights, 0);
            for (int t = 0; t < tokenCount; t++) {
                out[t * rows + row] = dot(weights, 0, in, t * cols, cols);
            }
        }
        return out;
    }

    /// Sum of products in four interleaved float32 sums, which is both faster and more exact than one.
    static float dot(float[] a, int aOffset, float[] b, int bOffset, int count) {
        float sum0 = 0;
        float sum1 = 0;
        float sum2 = 0;
        float sum3 = 0;
        int i = 0;
        for (; i + 3 < count; i += 4) {
            sum0 += a[aOffset + i] * b[bOffset + i];
            sum1 += a[aOffset + i + 1] * b[bOffset + i + 1];
            sum2 += a[aOffset + i + 2] * b[bOffset + i + 2];
            sum3 += a[aOffset + i + 3] * b[bOffset + i + 3];
        }
        for (; i < count; i++) {
            sum0 += a[aOffset + i] * b[bOffset + i];
        }
        return (sum0 + sum1) + (sum2 + sum3);
    }
}
