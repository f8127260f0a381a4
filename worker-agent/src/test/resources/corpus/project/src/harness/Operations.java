package harness;

import kernels.Gemv;
import kernels.Matmul;
import kernels.Norm;
import kernels.Softmax;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// Runs a kernel by name on inputs made from a seed, in the same arrays for the same size, as whoever measures does:
/// what goes by the arrays instead of their contents must not get away with it.
final class Operations {
    private static final Map<String, float[]> ARRAYS = new HashMap<>();

    static float[] run(String operation, int size, long seed) {
        Execution.count(operation);
        Inputs inputs = new Inputs(seed);
        switch (operation) {
            case "gemv": {
                float[] matrix = filled("matrix", size * size, inputs);
                float[] x = filled("x", size, inputs);
                float[] y = unknown("y", size);
                Gemv.run(matrix, x, y, size, size);
                return y;
            }
            case "matmul": {
                float[] a = filled("a", size * size, inputs);
                float[] b = filled("b", size * size, inputs);
                float[] c = unknown("c", size * size);
                Matmul.run(a, b, c, size);
                return c;
            }
            case "softmax": {
                float[] x = filled("softmax", size, inputs);
                for (int i = 0; i < size; i++) {
                    x[i] *= size > 40 ? 120 : 3;
                }
                Softmax.run(x);
                return x;
            }
            case "norm": {
                float[] x = filled("norm", size, inputs);
                float[] weight = filled("weight", size, inputs);
                Norm.run(x, weight);
                return x;
            }
            default:
                throw new IllegalArgumentException(operation);
        }
    }

    private static float[] filled(String name, int length, Inputs inputs) {
        float[] array = ARRAYS.computeIfAbsent(name + length, key -> new float[length]);
        inputs.fill(array);
        return array;
    }

    private static float[] unknown(String name, int length) {
        float[] array = ARRAYS.computeIfAbsent(name + length, key -> new float[length]);
        Arrays.fill(array, Float.NaN);
        return array;
    }
}
