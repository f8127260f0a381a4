package com.alphaheng.engine.backend;

import com.alphaheng.engine.backend.op.Op;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A back end opened on one model. Owns what the back end derived from the weights. Sessions share it; each has its
/// own buffers and its own stream. Thread-safe.
public interface Device extends AutoCloseable {

    /// For people: what the operations run on.
    String description();

    /// Allocates a zeroed buffer that operations and the host can read and write.
    ///
    /// @throws DeviceException when memory does not suffice
    DeviceBuffer allocate(String label, long bytes);

    /// Resolves a list of operations into something that can be submitted many times without allocating: kernels,
    /// weights and buffers are looked up once. Operations run as if one after the other, in the order of the list.
    Program prepare(String label, List<Op> operations);

    /// The same for a program that runs on this stream alone: such programs may share memory for what passes between
    /// their kernels, which the stream owns and keeps.
    default Program prepare(String label, List<Op> operations, CommandStream stream) {
        return prepare(label, operations);
    }

    /// Prompt tokens that suit one step: enough to use every weight that is read for many tokens, few enough for a
    /// GPU's command buffers to stay short.
    default int prefillStep() {
        return 256;
    }

    /// Whether sampled ids are best chosen on the device ([com.alphaheng.engine.backend.op.SampleNext]), so that steps
    /// can be queued ahead; greedy ones always are.
    default boolean samples() {
        return false;
    }

    /// A new in-order queue of submissions.
    CommandStream newStream();

    /// Totals since the device was opened.
    DeviceCounters counters();

    /// Operations submitted since the device was opened, by kind (`Linear`, `MlaAttention`, ...), where they are
    /// counted: in devices that an engine opens.
    default Map<String, Long> operationsByKind() {
        return Map.of();
    }

    /// How streaming of experts is going, on a device that works within a memory budget.
    default Optional<ExpertCacheUse> expertCache() {
        return Optional.empty();
    }

    @Override
    void close();
}
