package com.alphaheng.worker.job;

/// Port: where the lines of an attempt's output go. Called from several threads.
public interface AttemptOutput extends AutoCloseable {
    /// What an agent is told; only its transcript has lines of this source.
    String TOLD = "prompt";

    /// One line without its line end.
    ///
    /// @param source who writes: `worker`, `build`, `agent`, `verify`, `benchmark`
    void line(String source, String text);

    /// Sends what is still held back.
    @Override
    void close();
}
