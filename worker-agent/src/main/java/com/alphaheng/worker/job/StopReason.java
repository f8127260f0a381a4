package com.alphaheng.worker.job;

/// Why an attempt's processes are killed before they end by themselves.
public enum StopReason {
    /// The coordinator said so, or gave the task to a newer epoch; nothing more is reported.
    TOLD_TO_STOP,
    /// This worker is shutting down; its goodbye hands the task back.
    SHUTTING_DOWN,
    /// Nobody could be told for longer than the lease that money is being spent.
    LEASE_LOST
}
