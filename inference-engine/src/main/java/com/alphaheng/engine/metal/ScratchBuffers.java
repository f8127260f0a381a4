package com.alphaheng.engine.metal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Buffers that only a program's dispatches see, one for each label. A program of its own has them for itself; the
/// programs of a stream, which run one after the other, share the stream's. Not thread-safe.
final class ScratchBuffers implements AutoCloseable {
    /// Makes a private buffer.
    @FunctionalInterface
    interface Allocator {
        MetalBuffer allocate(String label, long bytes);
    }

    private final Allocator allocator;
    private final boolean shared;
    private final Map<String, MetalBuffer> largest = new HashMap<>();
    private final List<MetalBuffer> owned = new ArrayList<>();

    /// @param shared whether several programs use them
    ScratchBuffers(Allocator allocator, boolean shared) {
        this.allocator = allocator;
        this.shared = shared;
    }

    /// A buffer of at least this size.
    ///
    /// @throws com.alphaheng.engine.backend.DeviceException there is no memory for it
    MetalBuffer take(String label, long bytes) {
        MetalBuffer known = largest.get(label);
        if (known == null || known.byteSize() < bytes) {
            // Programs made before go on with the smaller one. Powers of two, so that growing soon ends, whatever the
            // lengths of the prompts; what was outgrown is less than what is there.
            known = allocator.allocate(label, shared ? Math.max(4, Long.highestOneBit(bytes - 1) * 2) : bytes);
            largest.put(label, known);
            owned.add(known);
        }
        return known;
    }

    @Override
    public void close() {
        owned.forEach(MetalBuffer::close);
        owned.clear();
        largest.clear();
    }
}
