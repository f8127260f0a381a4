package com.alphaheng.engine.backend;

/// @param threads      worker threads of a CPU back end; 0 for what the tuning says
/// @param memoryBudget bytes that may be resident in all, 0 for no limit: below the model's size, experts are
///                     streamed from the mapped file
/// @param precision    how a CPU back end rounds activations
/// @param tuning       what suits the chip
public record DeviceOptions(int threads, long memoryBudget, Precision precision, Tuning tuning) {

    public DeviceOptions(int threads, long memoryBudget, Precision precision) {
        this(threads, memoryBudget, precision, Tuning.here());
    }

    public DeviceOptions(int threads, long memoryBudget) {
        this(threads, memoryBudget, Precision.EXACT);
    }

    public static DeviceOptions defaults() {
        return new DeviceOptions(0, 0);
    }

    /// The number of threads meant, at least one.
    public int threadCount() {
        int wanted = threads > 0 ? threads : tuning.get(Tuning.CPU_THREADS);
        return wanted > 0 ? wanted : Runtime.getRuntime().availableProcessors();
    }
}
