package com.alphaheng.worker.job.agent;

import com.alphaheng.worker.job.StopSwitch;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Port: a model behind an OpenAI-compatible endpoint.
public interface ChatEndpoint {
    /// The model's name.
    String model();

    /// How long the provider has asked to be left alone by a call of up to so many tokens, prompt and answer; zero if
    /// it takes one now.
    Duration before(long tokens);

    /// @param stop ends the call when it is thrown
    Reply complete(List<Message> messages, int mostTokens, Duration timeLimit, StopSwitch stop);

    /// @param role `system`, `user` or `assistant`
    record Message(String role, String text) {
    }

    /// What came back.
    sealed interface Reply {
        record Text(String text, long promptTokens, long completionTokens) implements Reply {
        }

        record Refused(AgentFailure failure, String reason, Optional<Duration> retryAfter) implements Reply {
            /// Whether the provider may have worked, and charge for it: nobody heard the end.
            boolean mayBeCharged() {
                return failure == AgentFailure.TIME_LIMIT || failure == AgentFailure.STOPPED;
            }
        }
    }
}
