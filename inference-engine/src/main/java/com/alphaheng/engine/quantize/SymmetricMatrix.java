package com.alphaheng.engine.quantize;

/// Cholesky algebra on positive definite matrices, row-major.
final class SymmetricMatrix {

    private SymmetricMatrix() { }

    /// The upper triangular U with U^T U = `matrix`^-1. Overwrites `matrix`.
    static float[] upperFactorOfInverse(double[] matrix, int size) {
        // With P the reversal of rows and columns, P A P = L L^T gives A^-1 = (P L^-T P)(P L^-1 P), whose right
        // factor is upper triangular: so U = P L^-1 P, and the inverse itself is never formed.
        double[] reversed = new double[matrix.length];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                reversed[i * size + j] = matrix[(size - 1 - i) * size + (size - 1 - j)];
            }
        }
        factor(reversed, size);
        invertLower(reversed, size);
        float[] upper = new float[matrix.length];
        for (int i = 0; i < size; i++) {
            for (int j = i; j < size; j++) {
                upper[i * size + j] = (float) reversed[(size - 1 - i) * size + (size - 1 - j)];
            }
        }
        return upper;
    }

    /// The lower triangular L with L L^T = `a`, in place of its lower triangle.
    static void factor(double[] a, int size) {
        for (int j = 0; j < size; j++) {
            for (int i = j; i < size; i++) {
                double sum = a[i * size + j];
                for (int k = 0; k < j; k++) {
                    sum -= a[i * size + k] * a[j * size + k];
                }
                if (i == j) {
                    if (sum <= 0) {
                        throw new ArithmeticException("the inputs' second moments are not positive definite at column "
                            + j + ": calibrate on more tokens");
                    }
                    a[j * size + j] = Math.sqrt(sum);
                } else {
                    a[i * size + j] = sum / a[j * size + j];
                }
            }
        }
    }

    /// Replaces a lower triangular matrix by its inverse.
    private static void invertLower(double[] l, int size) {
        double[] column = new double[size];
        for (int j = 0; j < size; j++) {
            column[j] = 1 / l[j * size + j];
            for (int i = j + 1; i < size; i++) {
                double sum = 0;
                for (int k = j; k < i; k++) {
                    sum -= l[i * size + k] * column[k];
                }
                column[i] = sum / l[i * size + i];
            }
            // Column j of L is not needed by later columns, which read only columns at and after their own.
            for (int i = j; i < size; i++) {
                l[i * size + j] = column[i];
            }
        }
    }
}
