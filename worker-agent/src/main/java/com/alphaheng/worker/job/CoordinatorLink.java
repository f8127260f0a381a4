package com.alphaheng.worker.job;

import com.alphaheng.protocol.AttemptId;
import com.alphaheng.protocol.AttemptResult;
import java.time.Instant;
import java.util.List;

/// Port: what the worker tells the coordinator. Calls return at once; what must not be lost is kept until delivered.
public interface CoordinatorLink {
    void hello(List<AttemptId> running);

    /// @param delivered called once the message is durable on the broker; not called if it could not be delivered
    void heartbeat(List<AttemptId> running, Runnable delivered);

    void progress(AttemptId attempt, String stage, Instant at);

    /// Kept on disk and sent again until delivered, also by the next incarnation.
    void report(AttemptId attempt, AttemptResult result, Runnable delivered);

    /// The coordinator wants no report of this attempt any more.
    void forget(AttemptId attempt);

    /// Returns once delivered, or once it is clear that the broker is away.
    void goodbye(String reason);
}
