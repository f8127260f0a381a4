package com.alphaheng.engine.cpu.fast;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Scratch memory that all workers of a device share: packed inputs of a stage, groups of tokens. It is free again
/// after each operation. Grows between programs, or in a stage that one worker runs alone.
final class SharedScratch implements AutoCloseable {

    private Arena arena;
    private MemorySegment segment;

    /// Makes it at least `bytes` large; what it held is lost when it grows.
    void ensure(long bytes) {
        if (segment == null || segment.byteSize() < bytes) {
            close();
            arena = Arena.ofShared();
            segment = arena.allocate(bytes, 64);
        }
    }

    long address() {
        return segment.address();
    }

    @Override
    public void close() {
        if (arena != null) {
            arena.close();
            arena = null;
            segment = null;
        }
    }
}
