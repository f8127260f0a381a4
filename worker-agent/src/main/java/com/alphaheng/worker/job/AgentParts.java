package com.alphaheng.worker.job;

import com.alphaheng.spec.TaskKind;
import com.alphaheng.spec.TaskSpec;
import com.alphaheng.worker.job.agent.AgentBackend;
import com.alphaheng.worker.job.agent.AgentRouter;
import com.alphaheng.worker.job.agent.SpendLedger;
import com.alphaheng.worker.job.seal.RunningCode;
import com.alphaheng.worker.job.seal.SourceFiles;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/// What agent attempts need besides checkouts and commands.
///
/// @param backends by name
/// @param running  looks at what the programs of a benchmark have loaded
/// @param order    who is asked for tasks that name no backend; empty means that such tasks are only verified here
public record AgentParts(Map<String, AgentBackend> backends, List<String> order, AgentRouter router,
                         SpendLedger ledger, Integration integration, SourceFiles files, RandomGenerator random,
                         RunningCode running) {
    /// Of a worker that cannot look at running programs.
    public AgentParts(Map<String, AgentBackend> backends, List<String> order, AgentRouter router, SpendLedger ledger,
                      Integration integration, SourceFiles files, RandomGenerator random) {
        this(backends, order, router, ledger, integration, files, random, RunningCode.NONE);
    }

    public AgentParts {
        backends = Map.copyOf(backends);
        order = List.copyOf(order);
    }

    /// Who may be asked, in order of preference: whom the task names, as far as configured here, or everybody.
    List<String> candidates(TaskSpec task) {
        if (task.kind() == TaskKind.TUNE) {
            return List.of(TuneBackend.NAME);
        }
        return task.backends().isEmpty() ? order : task.backends().stream().filter(backends::containsKey).toList();
    }

    /// The names that the coordinator should know, preferred ones first; those at the end are only for tasks that name
    /// them.
    public List<String> advertised() {
        return Stream.concat(order.stream(), backends.keySet().stream().filter(name -> !order.contains(name)).sorted())
                .toList();
    }
}
