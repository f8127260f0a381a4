package com.alphaheng.worker.job.agent;

import java.time.Duration;
import java.util.Optional;

/// How a backend's run ended. Whether anything changed is seen in the checkout, not believed.
public sealed interface AgentRun {
    Usage usage();

    /// @param trouble what its last words tell of, should it turn out that nothing has changed
    /// @param note    a line for the commit's message; empty for none
    record Done(Usage usage, Optional<Failed> trouble, String note) implements AgentRun {
        public Done(Usage usage) {
            this(usage, Optional.empty(), "");
        }
    }

    /// @param retryAfter as the backend asked, for rate limits
    record Failed(AgentFailure failure, String reason, Optional<Duration> retryAfter, Usage usage)
            implements AgentRun {
    }
}
