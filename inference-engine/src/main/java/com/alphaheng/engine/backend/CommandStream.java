package com.alphaheng.engine.backend;

/// An in-order queue. Submissions run one after the other; [#submit] may return before the work is done (a GPU) or
/// after (a CPU): callers must not care. Not thread-safe: one session, one stream.
public interface CommandStream extends AutoCloseable {

    /// Queues a program.
    ///
    /// @return its number, counting from 1
    long submit(Program program);

    /// The host waits until submission `number` and all before it are done. Counted as one host wait.
    ///
    /// @throws DeviceException naming the operation that failed
    void await(long number);

    /// The newest submission known to be complete, without waiting (0 at first).
    long completed();

    /// Whether a submission is done. Never waits.
    ///
    /// @throws DeviceException naming the operation, when a submission has failed
    default boolean isDone(long number) {
        return completed() >= number;
    }

    /// Reports the time of every operation to `timer` from the next submission on, null to stop. Costs time itself:
    /// for breakdowns, not for throughput.
    void profile(OpTimer timer);

    @Override
    void close();
}
