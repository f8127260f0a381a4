package com.alphaheng.engine.backend;

/// @param threads      worker threads of a CPU back end; 0 for one per core
/// @param memoryBudget bytes that may be resident in all, 0 for no limit: below the model's size, experts are
///                     streamed from the mapped file
/// @param precision    how a CPU back end rounds activations
public record DeviceOptions(int threads, long memoryBudget, Precision precision) {

    public DeviceOptions(int threads, long memoryBudget) {
        this(threads, memoryBudget, Precision.EXACT);
    }

    public static DeviceOptions defaults() {
        return new DeviceOptions(0, 0);
    }

    /// The number of threads meant, at least one.
    public int threadCount() {
        return threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
    }
}
