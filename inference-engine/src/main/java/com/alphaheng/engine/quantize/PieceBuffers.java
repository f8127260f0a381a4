package com.alphaheng.engine.quantize;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// What one thread reads pieces into and writes them from, again and again: a checkpoint of 60 GB would otherwise fill
/// any heap with garbage. Valid until the thread asks for the same buffer again.
final class PieceBuffers {

    private ByteBuffer source = ByteBuffer.allocateDirect(0);
    private ByteBuffer codes = source;
    private ByteBuffer scales = source;

    /// Empty, of this size.
    ByteBuffer source(long bytes) {
        source = cleared(source, bytes);
        return source;
    }

    ByteBuffer codes(long bytes) {
        codes = cleared(codes, bytes);
        return codes;
    }

    ByteBuffer scales(long bytes) {
        scales = cleared(scales, bytes);
        return scales;
    }

    private static ByteBuffer cleared(ByteBuffer buffer, long bytes) {
        int size = Math.toIntExact(bytes);
        ByteBuffer large = buffer.capacity() >= size ? buffer : ByteBuffer.allocateDirect(size);
        return large.clear().limit(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
