package com.alphaheng.worker.job.agent;

import com.alphaheng.protocol.AttemptId;
import com.alphaheng.worker.job.AttemptOutput;
import com.alphaheng.worker.job.EnvironmentFailure;
import com.alphaheng.worker.job.StopSwitch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/// Something that changes a checkout as a prompt asks.
public interface AgentBackend {
    String name();

    /// @throws EnvironmentFailure if the machine, not the backend, failed
    AgentRun run(Request request) throws EnvironmentFailure;

    /// @param allowance what the run may still cost
    record Request(AttemptId attempt, String prompt, Path folder, Map<String, String> environment, Duration timeLimit,
                   Allowance allowance, StopSwitch stop, AttemptOutput output) {
    }
}
