package com.alphaheng.engine.quantize;

import com.alphaheng.engine.model.E2M1;

/// Per group the scale with the least squared error, weighted by how large the inputs of each column are: clipping
/// a few large values often costs less than rounding all others more coarsely.
///
/// @param groupSize  columns per scale
/// @param importance mean squared input per column, or null for equal weights
record ScaleSearch(int groupSize, float[] importance) implements RowQuantizer {

    /// Scales tried, as shares of the one that maps the largest magnitude to 6.
    private static final int STEPS = 40;
    private static final float SMALLEST = 0.62f;
    private static final float LARGEST = 1.22f;

    @Override
    public void quantize(float[] row, byte[] codes, short[] scales) {
        for (int first = 0; first < row.length; first += groupSize) {
            short scale = best(row, first);
            scales[first / groupSize] = scale;
            RoundToNearest.encode(row, first, groupSize, Float.float16ToFloat(scale), codes);
        }
    }

    /// The float16 scale with the least weighted error for the group that starts at column `first`.
    short best(float[] row, int first) {
        float largest = 0;
        for (int i = first; i < first + groupSize; i++) {
            largest = Math.max(largest, Math.abs(row[i]));
        }
        float start = largest / E2M1.MAX;
        short best = Float.floatToFloat16(start);
        double least = error(row, first, Float.float16ToFloat(best));
        for (int step = 0; step < STEPS; step++) {
            short scale = Float.floatToFloat16(start * (SMALLEST + (LARGEST - SMALLEST) * step / (STEPS - 1)));
            double error = error(row, first, Float.float16ToFloat(scale));
            if (error < least) {
                least = error;
                best = scale;
            }
        }
        return best;
    }

    private double error(float[] row, int first, float scale) {
        if (scale == 0) {
            return Double.POSITIVE_INFINITY;
        }
        float inverse = 1 / scale;
        double sum = 0;
        for (int i = first; i < first + groupSize; i++) {
            float difference = row[i] - E2M1.decode(E2M1.encode(row[i] * inverse)) * scale;
            sum += (double) difference * difference * (importance == null ? 1 : importance[i]);
        }
        return sum;
    }
}
