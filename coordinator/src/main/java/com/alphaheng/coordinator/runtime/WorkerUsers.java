package com.alphaheng.coordinator.runtime;

import java.util.Map;

/// The users under which enrolled workers reach Kafka, one for each of them.
public interface WorkerUsers {
    /// Makes a user for this worker, or gives it another password, with the rights of a worker and no others.
    ///
    /// @return the client settings that log in as that user
    /// @throws LogException if Kafka does not do it
    Map<String, String> create(String worker);

    /// Takes that user away, so that its connections are refused from then on; does nothing if there is none.
    ///
    /// @throws LogException if Kafka does not do it
    void remove(String worker);
}
