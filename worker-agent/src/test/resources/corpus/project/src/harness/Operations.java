package harness;

import kernels.Gemv;
import kernels.Matmul;
import kernels.Norm;
import kernels.Softmax;

/// Runs a kernel by name on inputs made from a seed.
final class Operations {
    static float[] run(String operation, int size, long seed) {
        Execution.count(operation);
        Inputs inputs = new Inputs(seed);
        switch (operation) {
            case "gemv": {
                float[] y = new float[size];
                Gemv.run(inputs.array(size * size), inputs.array(size), y, size, size);
                return y;
            }
            case "matmul": {
                float[] c = new float[size * size];
                Matmul.run(inputs.array(size * size), inputs.array(size * size), c, size);
                return c;
            }
            case "softmax": {
                float[] x = inputs.array(size);
                for (int i = 0; i < size; i++) {
                    x[i] *= size > 40 ? 120 : 3;
                }
                Softmax.run(x);
                return x;
            }
            case "norm": {
                float[] x = inputs.array(size);
                Norm.run(x, inputs.array(size));
                return x;
            }
            default:
                throw new IllegalArgumentException(operation);
        }
    }
}
