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

    /// What a run is charged by, and what answers: model, command, prices. Nothing secret.
    Map<String, String> terms();

    /// @throws EnvironmentFailure if the machine, not the backend, failed
    AgentRun run(Request request) throws EnvironmentFailure;

    /// @param allowance what the run may still cost
    /// @param spending  told of every call before and after it, as far as the backend sees single calls
    record Request(AttemptId attempt, String prompt, Path folder, Map<String, String> environment, Duration timeLimit,
                   Allowance allowance, Spending spending, StopSwitch stop, AttemptOutput output) {
    }

    /// Where calls are written down before they can cost anything.
    interface Spending {
        /// @param most what it may cost
        Ended begin(Usage most);

        /// To be told what a call did cost.
        interface Ended {
            void cost(Usage actual);
        }
    }
}
