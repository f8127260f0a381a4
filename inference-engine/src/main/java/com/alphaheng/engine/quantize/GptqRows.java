package com.alphaheng.engine.quantize;

import com.alphaheng.engine.model.E2M1;

/// GPTQ (Frantar et al. 2022, arXiv:2210.17323): columns are quantized one after the other, and the error of each
/// is spread over those still to come, so that the outputs on the calibration inputs change least. With H = mean of
/// x x^T (damped), U the upper Cholesky factor of H^-1: after column j with error e = (w_j - q_j) / U[j,j], w_k -=
/// e U[j,k] for k > j. Scales are searched when a group is reached, on the weights as they then are, weighted by
/// the inputs' mean squares.
final class GptqRows implements RowQuantizer {

    /// Share of the mean diagonal added to the diagonal, as in the paper; more for matrices that saw few inputs.
    private static final double DAMPING = 0.01;

    private final int groupSize;
    private final int size;
    private final float[] factor;
    private final ScaleSearch search;

    private GptqRows(int groupSize, int size, float[] factor, float[] importance) {
        this.groupSize = groupSize;
        this.size = size;
        this.factor = factor;
        this.search = new ScaleSearch(groupSize, importance);
    }

    /// Prepares the factor once for all rows of a matrix.
    static RowQuantizer of(int groupSize, Moments moments) {
        int size = moments.size();
        double[] matrix = new double[size * size];
        double trace = 0;
        for (int i = 0; i < size; i++) {
            trace += moments.mean(i, i);
        }
        double damping = Math.max(trace / size * (DAMPING + size / (10.0 * Math.max(1, moments.count()))), 1e-10);
        float[] importance = new float[size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                matrix[i * size + j] = moments.mean(i, j) + (i == j ? damping : 0);
            }
            importance[i] = (float) matrix[i * size + i];
        }
        return new GptqRows(groupSize, size, SymmetricMatrix.upperFactorOfInverse(matrix, size), importance);
    }

    @Override
    public void quantize(float[] row, byte[] codes, short[] scales) {
        float scale = 0;
        for (int j = 0; j < size; j++) {
            if (j % groupSize == 0) {
                scales[j / groupSize] = search.best(row, j);
                scale = Float.float16ToFloat(scales[j / groupSize]);
            }
            int code = scale == 0 ? 0 : E2M1.encode(row[j] / scale);
            codes[j] = (byte) code;
            float error = (row[j] - E2M1.decode(code) * scale) / factor[j * size + j];
            int start = j * size;
            for (int k = j + 1; k < size; k++) {
                row[k] -= error * factor[start + k];
            }
        }
    }
}
