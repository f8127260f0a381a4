package kernels;

/// Root mean square norm in place, times a weight.
public final class Norm {
    static final float EPSILON = 1e-5f;

    public static void run(float[] x, float[] weight) {
        float squares = 0;
        for (float value : x) {
            squares += value * value;
        }
        float scale = (float) (1 / Math.sqrt(squares / x.length + EPSILON));
        for (int i = 0; i < x.length; i++) {
            x[i] = x[i] * scale * weight[i];
        }
    }
}
