package kernels;

/// Layouts of matrices, for tools; no operation needs them.
public final class Layout {
    public static void transpose(float[] matrix, float[] result, int rows, int columns) {
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                result[column * rows + row] = matrix[row * columns + column];
            }
        }
    }

    public static float largest(float[] matrix) {
        float most = 0;
        for (float value : matrix) {
            most = Math.max(most, Math.abs(value));
        }
        return most;
    }
}
