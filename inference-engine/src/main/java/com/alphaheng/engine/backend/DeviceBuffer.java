package com.alphaheng.engine.backend;

import java.lang.foreign.MemorySegment;

/// Memory that operations work on. Activations are float32, ids int32, both row-major and tightly packed unless an
/// operation says otherwise. Buffers are aligned to at least 64 bytes.
///
/// The host may read or write a buffer only while no submission that uses it is under way; the one exception is the
/// ring of ids ([com.alphaheng.engine.backend.op.SelectNext]), of which it may read entries of completed
/// submissions.
public interface DeviceBuffer extends AutoCloseable {

    String label();

    long bytes();

    /// Copies `source` to the buffer at `offset`.
    void write(long offset, MemorySegment source);

    /// Copies from the buffer at `offset` into `target`.
    void read(long offset, MemorySegment target);

    int readInt(long offset);

    void writeInt(long offset, int value);

    @Override
    void close();
}
