package kernels;

/// Softmax in place.
public final class Softmax {
    public static void run(float[] x) {
        float most = Float.NEGATIVE_INFINITY;
        for (float value : x) {
            most = Math.max(most, value);
        }
        float sum = 0;
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) Math.exp(x[i] - most);
            sum += x[i];
        }
        for (int i = 0; i < x.length; i++) {
            x[i] /= sum;
        }
    }
}
