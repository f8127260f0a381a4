package com.alphaheng.engine.quantize;

/// The sum of x x^T over inputs x of `size` values. Holds the lower triangle only: with every expert of a layer at
/// full size that is 0.8 GB.
final class Moments {

    private final int size;
    private final float[] sums;
    private long count;

    Moments(int size) {
        this.size = size;
        this.sums = new float[size * (size + 1) / 2];
    }

    void add(float[] inputs, int firstRow, int rows) {
        for (int row = firstRow; row < firstRow + rows; row++) {
            int start = row * size;
            for (int i = 0; i < size; i++) {
                float x = inputs[start + i];
                int target = i * (i + 1) / 2;
                for (int j = 0; j <= i; j++) {
                    sums[target + j] += x * inputs[start + j];
                }
            }
        }
        count += rows;
    }

    int size() {
        return size;
    }

    long count() {
        return count;
    }

    /// Entry (i, j) of the mean of x x^T.
    double mean(int i, int j) {
        int row = Math.max(i, j);
        return sums[row * (row + 1) / 2 + Math.min(i, j)] / (double) Math.max(count, 1);
    }
}
