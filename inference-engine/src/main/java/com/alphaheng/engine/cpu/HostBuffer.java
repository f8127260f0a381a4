package com.alphaheng.engine.cpu;

import com.alphaheng.engine.backend.DeviceBuffer;
import com.alphaheng.engine.backend.DeviceException;
import com.alphaheng.engine.cpu.nativelib.HostMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// A buffer of the CPU back ends: memory off the heap, which the operations reach as a segment. Owns its memory.
///
/// The memory is the C library's, not a shared arena's: closing an arena stops every thread for a moment, which would
/// be most of a token's time where each operation takes fresh buffers.
public final class HostBuffer implements DeviceBuffer {

    private static final int ALIGNMENT = 64;

    private final String label;
    private final MemorySegment allocated;
    private MemorySegment segment;

    /// @throws DeviceException when the memory cannot be had
    public HostBuffer(String label, long bytes) {
        this.label = label;
        this.allocated = HostMemory.zeroed(bytes + ALIGNMENT);
        if (allocated.equals(MemorySegment.NULL)) {
            throw new DeviceException("no memory for buffer '" + label + "' of " + bytes
                + " bytes: use a shorter context or a smaller KV format");
        }
        this.segment = allocated.asSlice(-allocated.address() & (ALIGNMENT - 1), bytes);
    }

    /// The memory of a buffer that a CPU back end allocated.
    public static MemorySegment segment(DeviceBuffer buffer) {
        return ((HostBuffer) buffer).segment;
    }

    /// Copies `count` float32 values from index `first` on to the heap.
    public static float[] floats(DeviceBuffer buffer, long first, int count) {
        float[] values = new float[count];
        MemorySegment.copy(segment(buffer), ValueLayout.JAVA_FLOAT, first * 4, values, 0, count);
        return values;
    }

    /// Stores all of `values` from float32 index `first` on.
    public static void put(DeviceBuffer buffer, long first, float[] values) {
        MemorySegment.copy(values, 0, segment(buffer), ValueLayout.JAVA_FLOAT, first * 4, values.length);
    }

    /// Copies `count` int32 values from the start to the heap.
    public static int[] ints(DeviceBuffer buffer, int count) {
        int[] values = new int[count];
        MemorySegment.copy(segment(buffer), ValueLayout.JAVA_INT, 0, values, 0, count);
        return values;
    }

    /// Stores all of `values` from the start on.
    public static void put(DeviceBuffer buffer, int[] values) {
        MemorySegment.copy(values, 0, segment(buffer), ValueLayout.JAVA_INT, 0, values.length);
    }

    @Override
    public String label() {
        return label;
    }

    @Override
    public long bytes() {
        return segment.byteSize();
    }

    @Override
    public void write(long offset, MemorySegment source) {
        MemorySegment.copy(source, 0, segment, offset, source.byteSize());
    }

    @Override
    public void read(long offset, MemorySegment target) {
        MemorySegment.copy(segment, offset, target, 0, target.byteSize());
    }

    @Override
    public int readInt(long offset) {
        return segment.get(ValueLayout.JAVA_INT, offset);
    }

    @Override
    public void writeInt(long offset, int value) {
        segment.set(ValueLayout.JAVA_INT, offset, value);
    }

    @Override
    public void close() {
        if (segment != null) {
            segment = null;
            HostMemory.free(allocated);
        }
    }
}
