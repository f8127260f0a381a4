package com.alphaheng.engine.model;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Reads rows of a [Matrix] as float32, whatever its type: the definition of what the stored bits mean.
public final class MatrixRows {

    private static final ValueLayout.OfShort SHORT =
        ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
        ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private MatrixRows() { }

    /// Writes row `row` to `out[offset .. offset + cols)`.
    public static void read(Matrix matrix, int row, float[] out, int offset) {
        if (matrix.quantized()) {
            readCodes(matrix, row, out, offset);
        } else {
            readFloats(matrix.dtype(), matrix.codes(), (long) row * matrix.cols(), out, offset, matrix.cols());
        }
    }

    /// Writes `count` elements of float type `dtype`, from element `first` of `segment` on, to `out[offset ..)`.
    public static void readFloats(DType dtype, MemorySegment segment, long first, float[] out, int offset, int count) {
        switch (dtype) {
            case F32 -> {
                for (int i = 0; i < count; i++) {
                    out[offset + i] = segment.get(FLOAT, (first + i) * 4);
                }
            }
            case F16 -> {
                for (int i = 0; i < count; i++) {
                    out[offset + i] = Float.float16ToFloat(segment.get(SHORT, (first + i) * 2));
                }
            }
            case BF16 -> {
                for (int i = 0; i < count; i++) {
                    out[offset + i] = Float.intBitsToFloat(segment.get(SHORT, (first + i) * 2) << 16);
                }
            }
            default -> throw new IllegalArgumentException("not a float type: " + dtype);
        }
    }

    private static void readCodes(Matrix matrix, int row, float[] out, int offset) {
        int cols = matrix.cols();
        int group = matrix.groupSize();
        long codes = (long) row * (cols / 2);
        long scales = (long) row * (cols / group) * 2;
        for (int start = 0; start < cols; start += group) {
            float scale = Float.float16ToFloat(matrix.scales().get(SHORT, scales + start / group * 2L));
            for (int column = start; column < start + group; column += 2) {
                // A little-endian uint32 of 8 codes is 4 bytes of 2: column 2 b in the low nibble of byte b.
                int pair = matrix.codes().get(ValueLayout.JAVA_BYTE, codes + column / 2);
                out[offset + column] = E2M1.decode(pair & 15) * scale;
                out[offset + column + 1] = E2M1.decode(pair >> 4 & 15) * scale;
            }
        }
    }
}
