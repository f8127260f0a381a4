package com.alphaheng.coordinator.runtime;

import com.alphaheng.protocol.AttemptId;
import java.time.Instant;
import java.util.function.Consumer;

/// The whole output of attempts, also what [LogLines] holds no more.
public interface OutputArchive {
    /// Hands over every line there is now, in order. Takes as long as reading the output of its time does.
    ///
    /// @param since when the attempt was assigned
    /// @throws LogException if it cannot be reached
    void read(AttemptId attempt, Instant since, Consumer<LogLine> lines);
}
