package kernels;

/// The sum of an array.
public final class Sum {
    public static double run(double[] x) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i];
        }
        return sum;
    }
}
