package com.alphaheng.engine.cpu.fast;

import java.util.Arrays;

/// Cosines and sines of the rotary angles, position by position, computed when first asked for. Angles are float32 as
/// in the published implementation: inverse frequency first, then its product with the position.
final class RopeTable {

    private static final int FIRST_POSITIONS = 1024;

    private final int width;
    private final double theta;
    private volatile float[] values = new float[0];

    /// @param width r
    /// @param theta base of the angles
    RopeTable(int width, double theta) {
        this.width = width;
        this.theta = theta;
    }

    /// The table for positions 0 .. `positions` at least: of position p the cosine of pair i at p * r + 2 i, the sine
    /// after it.
    float[] upTo(int positions) {
        float[] known = values;
        return known.length >= positions * width ? known : grow(positions);
    }

    private synchronized float[] grow(int positions) {
        int from = values.length / width;
        if (from >= positions) {
            return values;
        }
        int to = Math.max(FIRST_POSITIONS, Integer.highestOneBit(positions) * 2);
        float[] grown = Arrays.copyOf(values, to * width);
        for (int pair = 0; pair < width / 2; pair++) {
            float frequency = (float) (1 / Math.pow(theta, 2.0 * pair / width));
            for (int position = from; position < to; position++) {
                float angle = position * frequency;
                grown[position * width + 2 * pair] = (float) Math.cos(angle);
                grown[position * width + 2 * pair + 1] = (float) Math.sin(angle);
            }
        }
        values = grown;
        return grown;
    }

    /// Rotates float32[r] at `address` by the angles of `position`.
    void rotate(long address, int position, boolean interleaved) {
        float[] table = upTo(position + 1);
        int half = width / 2;
        for (int pair = 0; pair < half; pair++) {
            float cosine = table[position * width + 2 * pair];
            float sine = table[position * width + 2 * pair + 1];
            long first = address + 4L * (interleaved ? 2 * pair : pair);
            long second = interleaved ? first + 4 : first + 4L * half;
            float x = Memory.getFloat(first);
            float y = Memory.getFloat(second);
            Memory.putFloat(first, x * cosine - y * sine);
            Memory.putFloat(second, y * cosine + x * sine);
        }
    }
}
