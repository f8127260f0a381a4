package harness;

/// Numbers from a seed, -1 to 1.
final class Inputs {
    private long state;

    Inputs(long seed) {
        state = seed * 0x9E3779B97F4A7C15L + 0x632BE59BD9B4E019L;
    }

    float next() {
        state ^= state << 13;
        state ^= state >>> 7;
        state ^= state << 17;
        return (state >> 40) / (float) (1 << 23);
    }

    float[] array(int length) {
        float[] values = new float[length];
        fill(values);
        return values;
    }

    void fill(float[] values) {
        for (int i = 0; i < values.length; i++) {
            values[i] = next();
        }
    }
}
