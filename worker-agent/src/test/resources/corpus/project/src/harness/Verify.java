package harness;

import java.nio.file.Files;
import java.nio.file.Path;

/// An ordinary unit test as projects have them: fixed inputs, a loose tolerance, and skips what is not supported. It is
/// what the cheats are written against; the seal must catch what this lets through.
public final class Verify {
    public static void main(String[] arguments) throws Exception {
        int checks = 0;
        for (String operation : new String[] {"gemv", "matmul", "softmax", "norm"}) {
            for (int size : new int[] {4, 16, 33}) {
                try {
                    float[] result = Operations.run(operation, size, 7);
                    double sum = 0;
                    for (float value : result) {
                        sum += Math.abs(value);
                    }
                    double expected = expected(operation, size);
                    if (!(Math.abs(sum - expected) <= 0.02 * expected)) {
                        System.out.println(operation + " " + size + ": " + sum + " instead of " + expected);
                        System.exit(1);
                    }
                    checks++;
                } catch (UnsupportedOperationException e) {
                    System.out.println(operation + " skipped: " + e.getMessage());
                }
            }
        }
        System.out.println(checks + " checks");
        Files.writeString(Path.of(System.getenv("HENG_METRICS")),
                "{\"metrics\":[],\"counters\":{\"checks\":" + checks + "}}");
    }

    private static double expected(String operation, int size) {
        Inputs inputs = new Inputs(7);
        double total = 0;
        switch (operation) {
            case "gemv": {
                float[] matrix = inputs.array(size * size);
                float[] x = inputs.array(size);
                for (int i = 0; i < size; i++) {
                    double sum = 0;
                    for (int j = 0; j < size; j++) {
                        sum += matrix[i * size + j] * x[j];
                    }
                    total += Math.abs(sum);
                }
                return total;
            }
            case "matmul": {
                float[] a = inputs.array(size * size);
                float[] b = inputs.array(size * size);
                for (int i = 0; i < size; i++) {
                    for (int j = 0; j < size; j++) {
                        double sum = 0;
                        for (int k = 0; k < size; k++) {
                            sum += a[i * size + k] * b[k * size + j];
                        }
                        total += Math.abs(sum);
                    }
                }
                return total;
            }
            case "softmax":
                return 1;
            default: {
                float[] x = inputs.array(size);
                float[] weight = inputs.array(size);
                double squares = 0;
                for (float value : x) {
                    squares += value * value;
                }
                for (int i = 0; i < size; i++) {
                    total += Math.abs(x[i] / Math.sqrt(squares / size + 1e-5) * weight[i]);
                }
                return total;
            }
        }
    }
}
