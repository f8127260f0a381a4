package com.alphaheng.engine.synth;

import com.alphaheng.engine.quantize.OutputTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/// Deterministic bytes for one synthetic tensor: one random block, seeded by the tensor's name, and repeated from a
/// different start each time.
final class SyntheticValues {

    /// Bytes written at once.
    static final int BLOCK = 4 << 20;

    /// Root mean square of the 16 E2M1 values.
    private static final double CODE_SIZE = 2.93;

    private final byte[] bytes;

    private SyntheticValues(byte[] bytes) {
        this.bytes = bytes;
    }

    /// Values by kind: codes are uniform; scales make the outputs of a matrix as large as its inputs; norms are near
    /// 1, biases near 0, and other floats normal with deviation 0.03.
    static SyntheticValues of(OutputTensor tensor, int group) {
        SplittableRandom random = new SplittableRandom(tensor.name().hashCode());
        byte[] bytes = new byte[2 * BLOCK];
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        switch (tensor.dtype()) {
            case U32 -> random.nextBytes(bytes);
            case F16 -> {
                double scale = 1 / (CODE_SIZE * Math.sqrt(tensor.shape().getLast() * group));
                while (buffer.hasRemaining()) {
                    buffer.putShort(Float.floatToFloat16((float) (scale * (0.8 + 0.4 * random.nextDouble()))));
                }
            }
            case BF16 -> {
                while (buffer.hasRemaining()) {
                    buffer.putShort((short) (Float.floatToRawIntBits(normal(random)) >>> 16));
                }
            }
            default -> {
                float middle = tensor.name().endsWith("norm.weight") ? 1 : 0;
                while (buffer.hasRemaining()) {
                    buffer.putFloat(middle + normal(random));
                }
            }
        }
        return new SyntheticValues(bytes);
    }

    private static float normal(SplittableRandom random) {
        return (float) (0.03 * random.nextGaussian());
    }

    /// The bytes from `offset` of the tensor on, a multiple of [#BLOCK].
    ByteBuffer block(long offset) {
        int start = (int) (offset / BLOCK * 4_096_016 % BLOCK) / 64 * 64;
        return ByteBuffer.wrap(bytes, start, BLOCK).slice();
    }
}
