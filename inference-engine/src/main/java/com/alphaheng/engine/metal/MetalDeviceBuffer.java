package com.alphaheng.engine.metal;

import com.alphaheng.engine.backend.DeviceBuffer;

import java.lang.foreign.MemorySegment;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

/// A buffer of the engine in memory that GPU and host share.
final class MetalDeviceBuffer implements DeviceBuffer {
    private final MetalBuffer buffer;
    private final long bytes;

    MetalDeviceBuffer(MetalBuffer buffer) {
        this.buffer = buffer;
        this.bytes = buffer.byteSize();
    }

    /// The Metal buffer of a buffer of this back end.
    ///
    /// @throws IllegalArgumentException it is another back end's
    static MetalBuffer of(DeviceBuffer buffer) {
        if (buffer instanceof MetalDeviceBuffer own) {
            return own.buffer;
        }
        throw new IllegalArgumentException("buffer '" + buffer.label() + "' belongs to another back end");
    }

    @Override
    public String label() {
        return buffer.label();
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public void write(long offset, MemorySegment source) {
        MemorySegment.copy(source, 0, buffer.contents(), offset, source.byteSize());
    }

    @Override
    public void read(long offset, MemorySegment target) {
        MemorySegment.copy(buffer.contents(), offset, target, 0, target.byteSize());
    }

    @Override
    public int readInt(long offset) {
        return buffer.contents().get(JAVA_INT_UNALIGNED, offset);
    }

    @Override
    public void writeInt(long offset, int value) {
        buffer.contents().set(JAVA_INT_UNALIGNED, offset, value);
    }

    @Override
    public void close() {
        buffer.close();
    }
}
