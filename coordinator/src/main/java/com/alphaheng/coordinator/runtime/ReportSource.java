package com.alphaheng.coordinator.runtime;

import com.alphaheng.protocol.WorkerMessage;
import java.util.Map;

/// Where the workers' messages come from.
public interface ReportSource extends AutoCloseable {
    /// Takes what is read.
    interface Sink {
        /// May block while the shard is busy: that holds back the reading.
        void accept(int partition, long offset, WorkerMessage message);
    }

    /// Starts, or starts over, reading from these offsets; partitions without one are read from their beginning.
    void readFrom(Map<Integer, Long> offsets, Sink sink);

    /// Reads no more until [#readFrom].
    void stop();

    @Override
    void close();
}
