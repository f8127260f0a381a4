package com.alphaheng.worker.job.agent;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Port: a model behind an OpenAI-compatible endpoint.
public interface ChatEndpoint {
    Reply complete(List<Message> messages, int mostTokens, Duration timeLimit);

    /// @param role `system`, `user` or `assistant`
    record Message(String role, String text) {
    }

    /// What came back.
    sealed interface Reply {
        record Text(String text, long promptTokens, long completionTokens) implements Reply {
        }

        record Refused(AgentFailure failure, String reason, Optional<Duration> retryAfter) implements Reply {
        }
    }
}
