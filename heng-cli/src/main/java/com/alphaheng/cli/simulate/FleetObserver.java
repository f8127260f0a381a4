package com.alphaheng.cli.simulate;

import com.alphaheng.protocol.AttemptId;

/// Told what happens on the simulated workers, on their thread.
public interface FleetObserver {
    /// An assignment arrived and is begun.
    void assigned(AttemptId attempt);

    /// The attempt is done; the report of it is about to be sent.
    void finishing(AttemptId attempt);

    /// A worker died of an assignment.
    void died();
}
