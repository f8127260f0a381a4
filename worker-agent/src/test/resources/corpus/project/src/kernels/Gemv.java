package kernels;

/// y = matrix x, the matrix stored by rows.
public final class Gemv {
    public static void run(float[] matrix, float[] x, float[] y, int rows, int columns) {
        for (int row = 0; row < rows; row++) {
            float sum = 0;
            for (int column = 0; column < columns; column++) {
                sum += matrix[row * columns + column] * x[column];
            }
            y[row] = sum;
        }
    }
}
