package com.alphaheng.engine.cpu.fast;

import com.alphaheng.engine.backend.CacheLayout;
import com.alphaheng.engine.backend.Precision;
import com.alphaheng.engine.model.DType;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// The kernels in pure Java, on the Vector API: what runs where no C compiler is at hand. Activations stay float32.
/// A packed input is cut into blocks of 128 columns; column 8 l + j of a block lies at [j][l], so that lane l of a
/// vector of code words meets its own column.
public final class VectorKernels implements Kernels {

    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final int LANES = FLOATS.length();
    private static final VectorSpecies<Float> FOUR = FloatVector.SPECIES_128;
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final int BLOCK = 128;
    private static final int WORDS = 16;
    private static final float[] VALUES = {
        0f, 0.5f, 1f, 1.5f, 2f, 3f, 4f, 6f, -0f, -0.5f, -1f, -1.5f, -2f, -3f, -4f, -6f};

    /// With 16 lanes four bits of a code word choose their value from this table in one instruction; with 8 lanes
    /// three bits choose the magnitude.
    private static final IntVector TABLE = LANES >= 8 ? FloatVector.fromArray(FLOATS, VALUES, 0)
        .reinterpretAsInts() : null;

    /// Without a table: moves the exponent of an E2M1 magnitude, placed at float32's bits 22 to 24, to its value. The
    /// subnormal factors cost nothing where vectors are that narrow (NEON).
    private static final float EXPONENT_SHIFT = 0x1p126f;

    @Override
    public String description() {
        return "Java Vector API, " + FLOATS.vectorBitSize() + " bits";
    }

    @Override
    public Precision precision() {
        return Precision.EXACT;
    }

    private static int blocks(int cols) {
        return (cols + BLOCK - 1) / BLOCK;
    }

    @Override
    public long packedBytes(int cols) {
        return blocks(cols) * BLOCK * 4L;
    }

    @Override
    public void pack(long in, int cols, long out) {
        for (int column = 0; column < blocks(cols) * BLOCK; column++) {
            int place = column / BLOCK * BLOCK + column % 8 * WORDS + column % BLOCK / 8;
            Memory.putFloat(out + 4L * place, column < cols ? Memory.getFloat(in + 4L * column) : 0);
        }
    }

    @Override
    public long productScratchBytes(int cols) {
        return packedBytes(cols) + packedBytes(cols) / 8;
    }

    @Override
    public void product(MatrixAddress matrix, int firstRow, int endRow, long in, long inStride, Batch batch, long out,
                        long outStride, long scratch) {
        boolean decoded = !matrix.packed() || batch.count > IN_ROWS;
        int length = matrix.packed() ? blocks(matrix.cols()) * BLOCK : matrix.cols();
        for (int row = firstRow; row < endRow; row++) {
            if (!matrix.packed()) {
                widenRow(matrix, row, scratch);
            } else if (decoded) {
                decodeRow(matrix, row, scratch);
            } else {
                expandScales(matrix, row, scratch);
            }
            for (int i = 0; i < batch.count; i++) {
                long input = in + inStride * (batch.inputRows == 0 ? i : Memory.getInt(batch.inputRows + 4L * i));
                float sum = decoded ? dot(scratch, input, length) : packedDot(matrix, row, input, scratch);
                if (batch.factors != 0) {
                    sum *= Memory.getFloat(batch.factors + 4L * i);
                }
                long index = batch.outputRows == 0 ? i : Memory.getInt(batch.outputRows + 4L * i);
                long to = out + 4 * (index * outStride + row);
                Memory.putFloat(to, batch.accumulate ? Memory.getFloat(to) + sum : sum);
            }
        }
    }

    /// The row's weights in the order of packed inputs, scales included. Uses what lies behind them for the scales.
    private static void decodeRow(MatrixAddress matrix, int row, long out) {
        long codes = matrix.codes() + row * matrix.rowBytes();
        long scales = out + 4L * BLOCK * blocks(matrix.cols());
        expandScales(matrix, row, scales);
        int words = matrix.cols() / 8;
        int whole = words / WORDS * WORDS;
        for (int word = 0; word < whole; word += LANES) {
            decodeWords(codes + 4L * word, scales + 4L * word, place(out, word));
        }
        for (int word = whole; word < blocks(matrix.cols()) * WORDS; word++) {
            int bits = word < words ? Memory.getInt(codes + 4L * word) : 0;
            float scale = word < words ? Memory.getFloat(scales + 4L * word) : 0;
            for (int j = 0; j < 8; j++) {
                Memory.putFloat(place(out, word) + 4L * j * WORDS, scale * VALUES[bits >>> 4 * j & 15]);
            }
        }
    }

    /// Where column 0 of a word lies in a packed input; its next columns are 16 floats apart.
    private static long place(long packed, int word) {
        return packed + 4L * (word / WORDS * BLOCK + word % WORDS);
    }

    private static void decodeWords(long codes, long scales, long out) {
        IntVector bits = IntVector.fromMemorySegment(INTS, Memory.ALL, codes, ORDER);
        FloatVector scale = floats(scales);
        for (int j = 0; j < 8; j++) {
            value(bits, 4 * j).mul(scale).intoMemorySegment(Memory.ALL, out + 4L * j * WORDS, ORDER);
        }
    }

    private static float packedDot(MatrixAddress matrix, int row, long input, long scales) {
        long codes = matrix.codes() + row * matrix.rowBytes();
        FloatVector sum = FloatVector.zero(FLOATS);
        int words = matrix.cols() / 8;
        int whole = words / WORDS * WORDS;
        for (int word = 0; word < whole; word += LANES) {
            IntVector bits = IntVector.fromMemorySegment(INTS, Memory.ALL, codes + 4L * word, ORDER);
            sum = wordDot(bits, place(input, word)).fma(floats(scales + 4L * word), sum);
        }
        float total = sum.reduceLanes(VectorOperators.ADD);
        for (int word = whole; word < words; word++) {
            int bits = Memory.getInt(codes + 4L * word);
            float part = 0;
            for (int j = 0; j < 8; j++) {
                part += VALUES[bits >>> 4 * j & 15] * Memory.getFloat(place(input, word) + 4L * j * WORDS);
            }
            total += part * Memory.getFloat(scales + 4L * word);
        }
        return total;
    }

    /// The row's scales as float32, one for each code word.
    private static void expandScales(MatrixAddress matrix, int row, long out) {
        long scales = matrix.scales() + 2L * row * (matrix.cols() / matrix.group());
        int perScale = matrix.group() / 8;
        for (int word = 0; word < matrix.cols() / 8; word += perScale) {
            FloatVector scale = FloatVector.broadcast(FOUR, half(scales + 2L * (word / perScale)));
            for (int i = 0; i < perScale; i += FOUR.length()) {
                scale.intoMemorySegment(Memory.ALL, out + 4L * (word + i), ORDER);
            }
        }
    }

    /// Lane l: the sum over j of nibble j's value times x[j][l]. A loop rather than eight lines, with which the JIT
    /// compiler (of JDK 25) put six vectors a call on the heap.
    private static FloatVector wordDot(IntVector bits, long x) {
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int j = 0; j < 8; j++) {
            sum = value(bits, 4 * j).fma(floats(x + 4L * j * WORDS), sum);
        }
        return sum;
    }

    private static FloatVector value(IntVector bits, int shift) {
        IntVector nibbles = bits.lanewise(VectorOperators.LSHR, shift);
        if (LANES == WORDS) {
            return nibbles.lanewise(VectorOperators.AND, 15).selectFrom(TABLE).reinterpretAsFloats();
        }
        IntVector sign = nibbles.lanewise(VectorOperators.AND, 8).lanewise(VectorOperators.LSHL, 28);
        IntVector magnitude = nibbles.lanewise(VectorOperators.AND, 7);
        if (TABLE != null) {
            return magnitude.selectFrom(TABLE).lanewise(VectorOperators.OR, sign).reinterpretAsFloats();
        }
        return magnitude.lanewise(VectorOperators.LSHL, 22).lanewise(VectorOperators.OR, sign).reinterpretAsFloats()
            .mul(EXPONENT_SHIFT);
    }

    private static FloatVector floats(long address) {
        return FloatVector.fromMemorySegment(FLOATS, Memory.ALL, address, ORDER);
    }

    private static float half(long address) {
        return Float.float16ToFloat(Memory.getShort(address));
    }

    private static float dot(long a, long b, int count) {
        FloatVector first = FloatVector.zero(FLOATS);
        FloatVector second = FloatVector.zero(FLOATS);
        int i = 0;
        for (; i + 2 * LANES <= count; i += 2 * LANES) {
            first = floats(a + 4L * i).fma(floats(b + 4L * i), first);
            second = floats(a + 4L * (i + LANES)).fma(floats(b + 4L * (i + LANES)), second);
        }
        float sum = first.add(second).reduceLanes(VectorOperators.ADD);
        for (; i < count; i++) {
            sum += Memory.getFloat(a + 4L * i) * Memory.getFloat(b + 4L * i);
        }
        return sum;
    }

    /// to += factor * from
    private static void addScaled(long from, float factor, int count, long to) {
        int i = 0;
        for (; i + LANES <= count; i += LANES) {
            floats(from + 4L * i).fma(FloatVector.broadcast(FLOATS, factor), floats(to + 4L * i))
                .intoMemorySegment(Memory.ALL, to + 4L * i, ORDER);
        }
        for (; i < count; i++) {
            Memory.putFloat(to + 4L * i, Math.fma(factor, Memory.getFloat(from + 4L * i),
                Memory.getFloat(to + 4L * i)));
        }
    }

    private static void scale(long values, float factor, int count) {
        for (int i = 0; i < count; i++) {
            Memory.putFloat(values + 4L * i, factor * Memory.getFloat(values + 4L * i));
        }
    }

    @Override
    public void widenRow(MatrixAddress matrix, int row, long out) {
        long from = matrix.codes() + row * matrix.rowBytes();
        long scales = matrix.scales() + 2L * row * (matrix.packed() ? matrix.cols() / matrix.group() : 0);
        for (int i = 0; i < matrix.cols(); i++) {
            float value = matrix.packed()
                ? VALUES[Memory.getInt(from + i / 8 * 4L) >>> i % 8 * 4 & 15] * half(scales + 2L * (i / matrix.group()))
                : matrix.dtype() == DType.F32 ? Memory.getFloat(from + 4L * i)
                : matrix.dtype() == DType.F16 ? half(from + 2L * i)
                : Float.intBitsToFloat(Memory.getShort(from + 2L * i) << 16);
            Memory.putFloat(out + 4L * i, value);
        }
    }

    @Override
    public void rmsNorm(long in, long weight, int width, float epsilon, long out) {
        float factor = (float) (1 / Math.sqrt(dot(in, in, width) / width + epsilon));
        for (int i = 0; i < width; i++) {
            Memory.putFloat(out + 4L * i, Memory.getFloat(in + 4L * i) * factor * Memory.getFloat(weight + 4L * i));
        }
    }

    @Override
    public void swiglu(long gate, long up, int count, long out) {
        for (int i = 0; i < count; i++) {
            float x = Memory.getFloat(gate + 4L * i);
            Memory.putFloat(out + 4L * i, (float) (x / (1 + Math.exp(-x))) * Memory.getFloat(up + 4L * i));
        }
    }

    @Override
    public void absorb(MatrixAddress matrix, int firstRow, int rows, long query, float factor, long out) {
        for (int i = 0; i < matrix.cols(); i++) {
            Memory.putFloat(out + 4L * i, 0);
        }
        for (int row = 0; row < rows; row++) {
            float share = factor * Memory.getFloat(query + 4L * row);
            addRow(matrix, firstRow + row, share, out);
        }
    }

    /// out += share * row
    private static void addRow(MatrixAddress matrix, int row, float share, long out) {
        long from = matrix.codes() + row * matrix.rowBytes();
        if (!matrix.packed()) {
            for (int i = 0; i < matrix.cols(); i++) {
                float weight = matrix.dtype() == DType.F32 ? Memory.getFloat(from + 4L * i)
                    : matrix.dtype() == DType.F16 ? half(from + 2L * i)
                    : Float.intBitsToFloat(Memory.getShort(from + 2L * i) << 16);
                Memory.putFloat(out + 4L * i, Math.fma(share, weight, Memory.getFloat(out + 4L * i)));
            }
            return;
        }
        long scales = matrix.scales() + 2L * row * (matrix.cols() / matrix.group());
        for (int word = 0; word < matrix.cols() / 8; word++) {
            int bits = Memory.getInt(from + 4L * word);
            float scaled = share * half(scales + 2L * (8 * word / matrix.group()));
            for (int j = 0; j < 8; j++) {
                long at = out + 4L * (8 * word + j);
                Memory.putFloat(at, Math.fma(scaled, VALUES[bits >>> 4 * j & 15], Memory.getFloat(at)));
            }
        }
    }

    @Override
    public long attendScratchBytes(int heads, CacheLayout layout) {
        return 4L * layout.width() + 8L * heads;
    }

    @Override
    public void attend(long query, int heads, long cache, CacheLayout layout, int positions, long out, long scratch) {
        int latent = layout.latent();
        long largest = scratch + 4L * layout.width();
        long sums = largest + 4L * heads;
        for (int h = 0; h < heads; h++) {
            Memory.putFloat(largest + 4L * h, Float.NEGATIVE_INFINITY);
            Memory.putFloat(sums + 4L * h, 0);
        }
        scale(out, 0, heads * latent);
        for (int p = 0; p < positions; p++) {
            CacheCodec.read(layout, cache + (long) p * layout.rowBytes(), scratch);
            for (int h = 0; h < heads; h++) {
                float score = dot(query + 4L * h * layout.width(), scratch, layout.width());
                float most = Memory.getFloat(largest + 4L * h);
                float sum = Memory.getFloat(sums + 4L * h);
                if (score > most) {
                    float rescale = (float) Math.exp(most - score);
                    scale(out + 4L * h * latent, rescale, latent);
                    sum *= rescale;
                    most = score;
                    Memory.putFloat(largest + 4L * h, most);
                }
                float share = (float) Math.exp(score - most);
                Memory.putFloat(sums + 4L * h, sum + share);
                addScaled(scratch, share, latent, out + 4L * h * latent);
            }
        }
        for (int h = 0; h < heads; h++) {
            scale(out + 4L * h * latent, 1 / Memory.getFloat(sums + 4L * h), latent);
        }
    }

    @Override
    public void writeCacheRow(CacheLayout layout, long row, long to) {
        CacheCodec.write(layout, row, to);
    }

    @Override
    public boolean expandsKeys() {
        return false;
    }

    @Override
    public void unpackCache(CacheLayout layout, long rows, int count, MatrixAddress keyValueB, long latents,
                            long latentStride, long keys, long scratch) {
        throw new UnsupportedOperationException("many tokens are attended one by one: see expandsKeys");
    }

    @Override
    public long attendManyScratchBytes(int tokens, HeadShape shape) {
        throw new UnsupportedOperationException("many tokens are attended one by one: see expandsKeys");
    }

    @Override
    public void attendMany(HeadShape shape, int head, long query, long queryStride, int tokens, int position,
                           Unpacked unpacked, long out, long outStride, long scratch) {
        throw new UnsupportedOperationException("many tokens are attended one by one: see expandsKeys");
    }
}
