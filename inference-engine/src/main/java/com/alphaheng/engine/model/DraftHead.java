package com.alphaheng.engine.model;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.stream.IntStream;

/// A head of 4 bits for the MTP layer alone. Each draft reads a whole head, which is a good part of what a token reads;
/// and since the model has the last word on every draft, a head that is right nearly always is as good as an exact one.
public final class DraftHead {

    private static final int GROUP = 32;
    private static final ValueLayout.OfShort SHORT =
        ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private DraftHead() { }

    /// The same weights, save that an MTP layer's head of a float type is MMFP4, rounded to nearest. It lies in memory
    /// of its own, which goes when the result is closed; that closes `weights` too.
    public static Weights lighten(Weights weights) {
        Optional<MtpWeights> mtp = weights.mtp();
        if (mtp.isEmpty() || mtp.get().head().quantized() || mtp.get().head().cols() % GROUP != 0) {
            return weights;
        }
        Arena arena = Arena.ofShared();
        MtpWeights exact = mtp.get();
        MtpWeights light = new MtpWeights(exact.embeddingNorm(), exact.hiddenNorm(), exact.projection(),
            exact.layer(), exact.headNorm(), exact.embedding(), quantize(exact.head(), arena));
        return new Weights(weights.config(), weights.embedding(), weights.layers(), weights.finalNorm(),
            weights.head(), Optional.of(light), weights.vectors(), weights.files(), () -> {
                arena.close();
                weights.close();
            });
    }

    private static Matrix quantize(Matrix head, Arena arena) {
        int cols = head.cols();
        MemorySegment codes = arena.allocate(head.rows() * (cols / 2L), 64);
        MemorySegment scales = arena.allocate(head.rows() * (cols / GROUP) * 2L, 64);
        IntStream.range(0, head.rows()).parallel().forEach(row -> {
            float[] values = new float[cols];
            MatrixRows.read(head, row, values, 0);
            for (int first = 0; first < cols; first += GROUP) {
                short scale = Float.floatToFloat16(largest(values, first) / E2M1.MAX);
                float width = Float.float16ToFloat(scale);
                scales.set(SHORT, (row * (cols / GROUP) + first / GROUP) * 2L, scale);
                for (int i = first; i < first + GROUP; i += 2) {
                    int pair = code(values[i], width) | code(values[i + 1], width) << 4;
                    codes.set(ValueLayout.JAVA_BYTE, row * (cols / 2L) + i / 2, (byte) pair);
                }
            }
        });
        return Matrix.ofCodes("the drafts' head", head.rows(), cols, GROUP, codes, scales);
    }

    private static float largest(float[] values, int first) {
        float largest = 0;
        for (int i = first; i < first + GROUP; i++) {
            largest = Math.max(largest, Math.abs(values[i]));
        }
        return largest;
    }

    private static int code(float value, float scale) {
        return scale == 0 ? 0 : E2M1.encode(value / scale);
    }
}
