package com.alphaheng.coordinator.runtime;

import com.alphaheng.protocol.WorkerMessage;
import java.time.Duration;
import java.util.Map;

/// Where the workers' messages come from.
public interface ReportSource extends AutoCloseable {
    /// What shows who sent a report.
    @FunctionalInterface
    interface Proof {
        /// Whether it was sent by whoever has this key, see [com.alphaheng.protocol.WorkerProof].
        boolean madeWith(String key);
    }

    /// Takes what is read.
    interface Sink {
        /// May block while the shard is busy: that holds back the reading.
        void accept(int partition, long offset, WorkerMessage message, Proof proof);

        /// Told once, when everything that had been reported before the reading began has been read.
        ///
        /// @param silent how long each worker had been silent; time in which nobody could be heard does not count
        /// @param others how long those not named had been silent at least
        /// @param outage the longest time in which nobody could be heard; zero if there was none
        void caughtUp(Map<String, Duration> silent, Duration others, Duration outage);

        /// Told about twice a second: everything that had been reported a moment ago has been delivered. Not told while
        /// Kafka does not answer.
        void upToDate();
    }

    /// Starts, or starts over, reading from these offsets; partitions without one are read from their beginning.
    void readFrom(Map<Integer, Long> offsets, Sink sink);

    /// Reads no more until [#readFrom].
    void stop();

    @Override
    void close();
}
