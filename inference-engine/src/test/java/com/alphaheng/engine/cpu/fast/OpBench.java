package com.alphaheng.engine.cpu.fast;

import com.alphaheng.engine.backend.CacheFormat;
import com.alphaheng.engine.backend.CacheLayer;
import com.alphaheng.engine.backend.CacheLayout;
import com.alphaheng.engine.backend.CommandStream;
import com.alphaheng.engine.backend.Control;
import com.alphaheng.engine.backend.Device;
import com.alphaheng.engine.backend.DeviceBuffer;
import com.alphaheng.engine.backend.Program;
import com.alphaheng.engine.backend.op.Op;
import com.alphaheng.engine.cpu.HostBuffer;
import com.alphaheng.engine.model.DType;
import com.alphaheng.engine.model.ExpertMatrices;
import com.alphaheng.engine.model.Matrix;
import com.alphaheng.engine.model.Vector;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// Random operands, and two devices that run the same operation on them.
final class OpBench implements AutoCloseable {

    private final Random random;
    private final Arena arena = Arena.ofShared();
    private final Map<DeviceBuffer, byte[]> initial = new LinkedHashMap<>();

    OpBench(long seed) {
        this.random = new Random(seed);
    }

    Random random() {
        return random;
    }

    /// A buffer of `count` normally distributed floats, some of them large.
    DeviceBuffer floats(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian() * (random.nextInt(50) == 0 ? 6 : 1);
        }
        DeviceBuffer buffer = new HostBuffer("operand", Math.max(4, count * 4L));
        HostBuffer.put(buffer, 0, values);
        return remember(buffer);
    }

    DeviceBuffer ints(int... values) {
        DeviceBuffer buffer = new HostBuffer("operand", values.length * 4L);
        HostBuffer.put(buffer, values);
        return remember(buffer);
    }

    /// For every token `perToken` different experts.
    DeviceBuffer expertIds(int tokenCount, int perToken, int experts) {
        int[] ids = new int[tokenCount * perToken];
        for (int t = 0; t < tokenCount; t++) {
            List<Integer> all = new ArrayList<>();
            for (int e = 0; e < experts; e++) {
                all.add(e);
            }
            for (int j = 0; j < perToken; j++) {
                ids[t * perToken + j] = all.remove(random.nextInt(all.size()));
            }
        }
        return ints(ids);
    }

    private DeviceBuffer remember(DeviceBuffer buffer) {
        initial.put(buffer, HostBuffer.segment(buffer).toArray(ValueLayout.JAVA_BYTE));
        return buffer;
    }

    Vector vector(int length) {
        MemorySegment data = arena.allocate(length * 4L, 64);
        for (int i = 0; i < length; i++) {
            data.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) (1 + 0.2 * random.nextGaussian()));
        }
        return new Vector("vector", length, data);
    }

    Matrix matrix(int rows, int cols, DType dtype, int group) {
        if (dtype == DType.MMFP4) {
            MemorySegment codes = arena.allocate((long) rows * cols / 2, 64);
            for (long i = 0; i < codes.byteSize(); i++) {
                codes.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt(256));
            }
            MemorySegment scales = arena.allocate((long) rows * (cols / group) * 2, 64);
            for (long i = 0; i < scales.byteSize() / 2; i++) {
                scales.setAtIndex(ValueLayout.JAVA_SHORT, i,
                    Float.floatToFloat16(0.02f * (0.5f + random.nextFloat())));
            }
            return Matrix.ofCodes("matrix", rows, cols, group, codes, scales);
        }
        MemorySegment elements = arena.allocate((long) rows * cols * dtype.elementBytes(), 64);
        for (long i = 0; i < (long) rows * cols; i++) {
            float value = (float) random.nextGaussian() * 0.05f;
            switch (dtype) {
                case F32 -> elements.setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
                case F16 -> elements.setAtIndex(ValueLayout.JAVA_SHORT, i, Float.floatToFloat16(value));
                default -> elements.setAtIndex(ValueLayout.JAVA_SHORT, i,
                    (short) (Float.floatToRawIntBits(value) >>> 16));
            }
        }
        return Matrix.ofFloats("matrix", rows, cols, dtype, elements);
    }

    ExpertMatrices experts(int experts, int rows, int cols, DType dtype, int group) {
        return ExpertMatrices.ofStack(matrix(experts * rows, cols, dtype, group), experts);
    }

    Control control(int position) {
        int[] slots = new int[Control.SLOTS];
        slots[Control.POSITION] = position;
        return new Control(ints(slots), ints(new int[8]), ints(new int[8]), 8);
    }

    /// A cache whose first `positions` rows are filled.
    CacheLayer cache(CacheFormat format, int latent, int rope, int capacity, int positions) {
        CacheLayout layout = new CacheLayout(format, latent, rope, capacity);
        DeviceBuffer buffer = new HostBuffer("cache", layout.bytes());
        try (HostBuffer row = new HostBuffer("row", layout.width() * 4L)) {
            for (int p = 0; p < positions; p++) {
                for (int i = 0; i < layout.width(); i++) {
                    HostBuffer.put(row, i, new float[] {(float) random.nextGaussian()});
                }
                CacheCodec.write(layout, Memory.address(row), Memory.address(buffer) + (long) p * layout.rowBytes());
            }
        }
        return new CacheLayer(remember(buffer), layout);
    }

    /// Runs the operation on a device from the initial contents of all buffers, and returns the float32 `output`.
    float[] run(Device device, Op operation, DeviceBuffer output) {
        runOnly(device, operation);
        return HostBuffer.floats(output, 0, (int) (output.bytes() / 4));
    }

    void runOnly(Device device, Op operation) {
        initial.forEach((buffer, bytes) -> buffer.write(0, MemorySegment.ofArray(bytes)));
        try (Program program = device.prepare("parity", List.of(operation)); CommandStream stream =
                device.newStream()) {
            stream.await(stream.submit(program));
        }
    }

    @Override
    public void close() {
        initial.keySet().forEach(DeviceBuffer::close);
        arena.close();
    }
}
