package com.alphaheng.engine.metal;

import com.alphaheng.engine.backend.CacheFormat;
import com.alphaheng.engine.backend.CacheLayer;
import com.alphaheng.engine.backend.CacheLayout;
import com.alphaheng.engine.backend.CommandStream;
import com.alphaheng.engine.backend.Control;
import com.alphaheng.engine.backend.Device;
import com.alphaheng.engine.backend.DeviceBuffer;
import com.alphaheng.engine.backend.DeviceOptions;
import com.alphaheng.engine.backend.Program;
import com.alphaheng.engine.backend.SampleState;
import com.alphaheng.engine.backend.op.Op;
import com.alphaheng.engine.cpu.HostBuffer;
import com.alphaheng.engine.cpu.reference.CacheRows;
import com.alphaheng.engine.cpu.reference.ReferenceBackend;
import com.alphaheng.engine.metal.objc.ObjectiveC;
import com.alphaheng.engine.model.DType;
import com.alphaheng.engine.model.ExpertMatrices;
import com.alphaheng.engine.model.Matrix;
import com.alphaheng.engine.model.Vector;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.RecordComponent;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/// Random operands, and one operation on them: on the scalar reference and on the GPU. Weights end where a page ends,
/// so that the soft Metal sees a read past them.
final class KernelBench implements AutoCloseable {
    /// Relative root mean square: another order of float32 sums, and a float32 exponential.
    private static final double TOLERANCE = 4e-6;

    private final Random random;
    private final Arena arena = Arena.ofShared();
    private final Map<DeviceBuffer, byte[]> initial = new LinkedHashMap<>();
    private final Device reference = new ReferenceBackend().open(null, DeviceOptions.defaults());
    private final Device metal;

    KernelBench(Device metal, long seed) {
        this.metal = metal;
        this.random = new Random(seed);
    }

    DeviceBuffer floats(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian() * (random.nextInt(50) == 0 ? 6 : 1);
        }
        return values(values);
    }

    DeviceBuffer values(float... values) {
        DeviceBuffer buffer = new HostBuffer("floats", values.length * 4L);
        HostBuffer.put(buffer, 0, values);
        return remember(buffer);
    }

    DeviceBuffer ints(int... values) {
        DeviceBuffer buffer = new HostBuffer("ints", values.length * 4L);
        HostBuffer.put(buffer, values);
        return remember(buffer);
    }

    /// Lets each run begin with what the buffer holds now.
    DeviceBuffer remember(DeviceBuffer buffer) {
        initial.put(buffer, HostBuffer.segment(buffer).toArray(ValueLayout.JAVA_BYTE));
        return buffer;
    }

    /// For every token different experts.
    DeviceBuffer expertIds(int tokens, int perToken, int experts) {
        int[] ids = new int[tokens * perToken];
        for (int t = 0; t < tokens; t++) {
            List<Integer> shuffled = random.ints(0, experts).distinct().limit(perToken).boxed().toList();
            for (int j = 0; j < perToken; j++) {
                ids[t * perToken + j] = shuffled.get(j);
            }
        }
        return ints(ids);
    }

    /// Native memory whose last byte (rounded up to 16) is the last of its page.
    private MemorySegment atPageEnd(long bytes) {
        long page = ObjectiveC.pageSize();
        long rounded = (bytes + 15) / 16 * 16;
        long whole = (rounded + page - 1) / page * page;
        return arena.allocate(whole, page).asSlice(whole - rounded, bytes);
    }

    Vector vector(int length) {
        MemorySegment data = atPageEnd(length * 4L);
        for (int i = 0; i < length; i++) {
            data.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) (1 + 0.2 * random.nextGaussian()));
        }
        return new Vector("vector", length, data);
    }

    Matrix matrix(int rows, int cols, DType dtype, int group) {
        if (dtype == DType.MMFP4) {
            MemorySegment codes = atPageEnd((long) rows * cols / 2);
            for (long i = 0; i < codes.byteSize(); i++) {
                codes.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt(256));
            }
            MemorySegment scales = atPageEnd((long) rows * (cols / group) * 2);
            for (long i = 0; i < scales.byteSize() / 2; i++) {
                scales.setAtIndex(ValueLayout.JAVA_SHORT, i, Float.floatToFloat16(0.02f * (0.5f + random.nextFloat())));
            }
            return Matrix.ofCodes("matrix", rows, cols, group, codes, scales);
        }
        MemorySegment elements = atPageEnd((long) rows * cols * dtype.elementBytes());
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

    ExpertMatrices experts(int experts, int rows, int cols, DType dtype) {
        return experts(experts, rows, cols, dtype, 32);
    }

    ExpertMatrices experts(int experts, int rows, int cols, DType dtype, int group) {
        return ExpertMatrices.ofStack(matrix(experts * rows, cols, dtype, group), experts);
    }

    Control control(int position) {
        int[] slots = new int[Control.SLOTS];
        slots[Control.POSITION] = position;
        return new Control(ints(slots), ints(new int[8]), ints(new int[8]), 8);
    }

    /// A cache whose first rows are filled.
    CacheLayer cache(CacheFormat format, int latent, int rope, int capacity, int filled) {
        CacheLayout layout = new CacheLayout(format, latent, rope, capacity);
        CacheLayer cache = new CacheLayer(new HostBuffer("cache", layout.bytes()), layout);
        for (int position = 0; position < filled; position++) {
            float[] row = new float[layout.width()];
            for (int i = 0; i < row.length; i++) {
                row[i] = (float) random.nextGaussian();
            }
            CacheRows.write(cache, position, row);
        }
        remember(cache.buffer());
        return cache;
    }

    /// Runs the operation on both and compares what the buffers then hold.
    void compare(Op operation, DeviceBuffer... outputs) {
        runReference(operation);
        float[][] expected = new float[outputs.length][];
        for (int i = 0; i < outputs.length; i++) {
            expected[i] = HostBuffer.floats(outputs[i], 0, (int) (outputs[i].bytes() / 4));
        }
        runMetal(operation);
        for (int i = 0; i < outputs.length; i++) {
            close(operation, expected[i], HostBuffer.floats(outputs[i], 0, expected[i].length));
        }
    }

    private static void close(Op operation, float[] expected, float[] actual) {
        double size = 0;
        double error = 0;
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i]).as("%s[%d] is a number", operation.label(), i).isFinite();
            size += (double) expected[i] * expected[i];
            error += Math.pow((double) expected[i] - actual[i], 2);
        }
        assertThat(Math.sqrt(error)).as("error of %s", operation)
                .isLessThanOrEqualTo((expected.length < 32 ? 4 : 1) * TOLERANCE * Math.sqrt(size));
    }

    /// Runs the operation on the scalar reference, from the initial contents of all buffers.
    void runReference(Op operation) {
        reset();
        submit(reference, operation);
    }

    /// Runs it on the GPU likewise; the host's buffers then hold what the GPU's do.
    void runMetal(Op operation) {
        reset();
        Map<DeviceBuffer, DeviceBuffer> mirrors = new IdentityHashMap<>();
        try {
            Op mirrored = (Op) mirror(operation, mirrors);
            submit(metal, mirrored);
            mirrors.forEach((host, gpu) -> gpu.read(0, HostBuffer.segment(host)));
        } finally {
            mirrors.values().forEach(DeviceBuffer::close);
        }
    }

    private void reset() {
        initial.forEach((buffer, bytes) -> buffer.write(0, MemorySegment.ofArray(bytes)));
    }

    private static void submit(Device device, Op operation) {
        try (Program program = device.prepare(operation.label(), List.of(operation));
                CommandStream stream = device.newStream()) {
            stream.await(stream.submit(program));
        }
    }

    /// The same record with each of the host's buffers replaced by one of the GPU's with the same contents.
    private Object mirror(Object value, Map<DeviceBuffer, DeviceBuffer> mirrors) {
        return switch (value) {
            case HostBuffer host -> mirrors.computeIfAbsent(host, key -> {
                DeviceBuffer copy = metal.allocate(host.label(), host.bytes());
                copy.write(0, HostBuffer.segment(host));
                return copy;
            });
            case Op operation -> rebuilt((Record) operation, mirrors);
            case Control control -> rebuilt(control, mirrors);
            case SampleState state -> rebuilt(state, mirrors);
            case CacheLayer cache -> rebuilt(cache, mirrors);
            case null, default -> value;
        };
    }

    private Object rebuilt(Record original, Map<DeviceBuffer, DeviceBuffer> mirrors) {
        try {
            RecordComponent[] components = original.getClass().getRecordComponents();
            Class<?>[] types = new Class<?>[components.length];
            Object[] values = new Object[components.length];
            for (int i = 0; i < components.length; i++) {
                types[i] = components[i].getType();
                values[i] = mirror(components[i].getAccessor().invoke(original), mirrors);
            }
            return original.getClass().getDeclaredConstructor(types).newInstance(values);
        } catch (ReflectiveOperationException failure) {
            throw new AssertionError(failure);
        }
    }

    @Override
    public void close() {
        initial.keySet().forEach(DeviceBuffer::close);
        reference.close();
        arena.close();
    }
}
