package com.alphaheng.coordinator.roadmap;

import com.alphaheng.protocol.AttemptResult.Metric;
import com.alphaheng.protocol.JobSpec;
import com.alphaheng.protocol.WorkerProfile;
import com.alphaheng.spec.Budget;
import com.alphaheng.spec.TaskKind;
import com.alphaheng.spec.TaskSpec;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/// On which terms a worker gets a task: which agent backends it may use, and what is left of the task's budget.
///
/// @param counted the limited backend that the attempt counts against
/// @param allowed the backends it may use, in order of preference; empty means as the task says
record JobTerms(Optional<String> counted, List<String> allowed) {
    static final JobTerms FREE = new JobTerms(Optional.empty(), List.of());

    /// Empty if every backend that could be used on this worker is at its limit.
    ///
    /// An attempt may try its backends in turn. So that limits hold whatever it does, it gets one limited backend,
    /// which it counts against from its beginning, and all those without a limit.
    static Optional<JobTerms> of(Eligibility task, WorkerProfile worker, Limits limits) {
        if (task.kind() != TaskKind.AGENT) {
            return Optional.of(FREE);
        }
        List<String> candidates = task.backends().isEmpty() ? worker.generalAgents()
                : task.backends().stream().filter(worker.agents()::contains).toList();
        if (candidates.stream().noneMatch(name -> limited(name, limits))) {
            return Optional.of(FREE);
        }
        Optional<String> counted = Optional.empty();
        List<String> allowed = new ArrayList<>();
        for (String name : candidates) {
            if (!limited(name, limits)) {
                allowed.add(name);
            } else if (counted.isEmpty() && !limits.backendFull(name)) {
                counted = Optional.of(name);
                allowed.add(name);
            }
        }
        return allowed.isEmpty() ? Optional.empty() : Optional.of(new JobTerms(counted, allowed));
    }

    private static boolean limited(String backend, Limits limits) {
        return limits.of(LimitScope.BACKEND, backend).isPresent();
    }

    /// The job as the worker gets it.
    JobSpec job(Task task, String worker) {
        TaskSpec spec = task.spec();
        Budget left = left(spec.budget(), task, worker);
        return new JobSpec(spec.narrowed(allowed.isEmpty() ? spec.backends() : allowed, left),
                task.campaign().commit(), SpreadTasks.results(task));
    }

    /// A worker keeps what it spent itself, also over its restarts; what others reported is taken off here.
    private static Budget left(Budget budget, Task task, String worker) {
        return new Budget(budget.usd().map(most -> most.subtract(BigDecimal.valueOf(spent(task, worker, "agent_usd")))
                .max(BigDecimal.ZERO)),
                budget.tokens().map(most -> Math.max(0, most - Math.round(spent(task, worker, "agent_tokens")))),
                budget.time().map(most -> Collections.max(List.of(Duration.ZERO, most.minusMillis(
                        Math.round(1000 * spent(task, worker, "agent_seconds")))))));
    }

    private static double spent(Task task, String worker, String metric) {
        return task.attempts().stream().filter(attempt -> !attempt.worker().equals(worker))
                .flatMap(attempt -> attempt.result().stream()).flatMap(result -> result.metrics().stream())
                .filter(measured -> measured.name().equals(metric)).mapToDouble(Metric::value).sum();
    }
}
