package com.alphaheng.engine.model;

/// The 4-bit floating point numbers of MMFP4: one sign bit, two exponent bits, one mantissa bit (OCP Microscaling
/// Formats specification 1.0, section 5.3.3). Codes 0..7 are 0, 0.5, 1, 1.5, 2, 3, 4, 6; codes 8..15 their negatives.
public final class E2M1 {

    /// The largest magnitude.
    public static final float MAX = 6f;

    private static final float[] VALUES = {
        0f, 0.5f, 1f, 1.5f, 2f, 3f, 4f, 6f, -0f, -0.5f, -1f, -1.5f, -2f, -3f, -4f, -6f};

    private E2M1() { }

    public static float decode(int code) {
        return VALUES[code & 15];
    }

    /// The code whose value is nearest; of two equally near, the one with an even mantissa. Larger magnitudes
    /// saturate.
    public static int encode(float value) {
        int sign = Float.floatToRawIntBits(value) < 0 ? 8 : 0;
        float magnitude = Math.abs(value);
        if (magnitude <= 0.25f) {
            return sign;
        }
        if (magnitude < 0.75f) {
            return sign | 1;
        }
        if (magnitude <= 1.25f) {
            return sign | 2;
        }
        if (magnitude < 1.75f) {
            return sign | 3;
        }
        if (magnitude <= 2.5f) {
            return sign | 4;
        }
        if (magnitude < 3.5f) {
            return sign | 5;
        }
        return sign | (magnitude <= 5f ? 6 : 7);
    }
}
