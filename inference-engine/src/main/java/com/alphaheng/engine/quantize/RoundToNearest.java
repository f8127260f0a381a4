package com.alphaheng.engine.quantize;

import com.alphaheng.engine.model.E2M1;

/// The plain way: per group the scale that maps the largest magnitude to 6, every value to the nearest code.
///
/// @param groupSize columns per scale
record RoundToNearest(int groupSize) implements RowQuantizer {

    @Override
    public void quantize(float[] row, byte[] codes, short[] scales) {
        for (int first = 0; first < row.length; first += groupSize) {
            float largest = 0;
            for (int i = first; i < first + groupSize; i++) {
                largest = Math.max(largest, Math.abs(row[i]));
            }
            short scale = Float.floatToFloat16(largest / E2M1.MAX);
            scales[first / groupSize] = scale;
            encode(row, first, groupSize, Float.float16ToFloat(scale), codes);
        }
    }

    static void encode(float[] row, int first, int count, float scale, byte[] codes) {
        float inverse = scale == 0 ? 0 : 1 / scale;
        for (int i = first; i < first + count; i++) {
            codes[i] = (byte) E2M1.encode(row[i] * inverse);
        }
    }
}
