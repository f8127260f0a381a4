package com.alphaheng.coordinator.roadmap;

import com.alphaheng.protocol.AttemptResult;
import com.alphaheng.protocol.AttemptResult.Metric;
import com.alphaheng.protocol.AttemptResult.Outcome;
import com.alphaheng.protocol.JobSpec;
import com.alphaheng.protocol.WorkerProfile;
import com.alphaheng.spec.Budget;
import com.alphaheng.spec.TaskKind;
import com.alphaheng.spec.TaskSpec;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/// On which terms a worker gets a task: which agent backends it may use, and what is left of the task's budget.
///
/// @param counted the limited backend that the attempt counts against
/// @param allowed the backends it may use, in order of preference; empty means as the task says
record JobTerms(Optional<String> counted, List<String> allowed) {
    /// An agent's prompt shall not grow with every attempt.
    private static final int MOST_SETBACKS = 3;

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
                task.campaign().commit(), SpreadTasks.results(task), setbacks(task), succeeded(task));
    }

    /// The last reasons for which changes were refused: a conflict, a broken rule, a loss of speed. What befell a
    /// worker says nothing to the next.
    private static List<String> setbacks(Task task) {
        List<String> reasons = task.attempts().stream().flatMap(attempt -> attempt.result().stream())
                .filter(result -> result.outcome() == Outcome.AGENT_FAILED
                        || result.outcome() == Outcome.VERIFICATION_FAILED)
                .map(AttemptResult::reason).filter(reason -> !reason.isBlank()).distinct().toList();
        return reasons.subList(Math.max(0, reasons.size() - MOST_SETBACKS), reasons.size());
    }

    /// Whoever is asked for more after a success is to make another change; what a lost attempt merged is to be found.
    private static List<String> succeeded(Task task) {
        return task.attempts().stream().flatMap(attempt -> attempt.result().stream())
                .filter(result -> result.outcome() == Outcome.SUCCEEDED).map(AttemptResult::commit).toList();
    }

    private static Budget left(Budget budget, Task task, String worker) {
        return new Budget(budget.usd().map(most -> BigDecimal.valueOf(share(most.doubleValue(), task, worker,
                "agent_usd"))),
                budget.tokens().map(most -> (long) share(most, task, worker, "agent_tokens")),
                budget.time().map(most -> Duration.ofMillis((long) (1000 * share(most.toMillis() / 1000.0, task, worker,
                        "agent_seconds")))));
    }

    /// What the worker may have spent on the task once the coming attempt has ended: a worker keeps what it spent
    /// itself, also over its restarts, so that what others reported is taken off here.
    ///
    /// An attempt may spend half of what is left then, the last one all. So one that ends without a report, because its
    /// worker is lost, counts with its share, and neither passes the budget nor uses up what another try needs.
    private static double share(double budget, Task task, String worker, String metric) {
        double left = budget;
        double own = 0;
        int number = 0;
        for (Attempt attempt : task.attempts()) {
            double spent = spent(attempt, metric).orElse(shareOf(left, number, task));
            number++;
            left = Math.max(0, left - spent);
            own += attempt.worker().equals(worker) ? spent : 0;
        }
        return own + shareOf(left, number, task);
    }

    private static double shareOf(double left, int number, Task task) {
        return number < task.spec().retries().maxRetries() ? left / 2 : left;
    }

    /// What the attempt's worker said of it; empty if nobody knows.
    private static OptionalDouble spent(Attempt attempt, String metric) {
        if (attempt.result().isEmpty() || attempt.result().get().outcome() == Outcome.TIMED_OUT
                && attempt.result().get().metrics().isEmpty()) {
            return OptionalDouble.empty();
        }
        return OptionalDouble.of(attempt.result().get().metrics().stream()
                .filter(measured -> measured.name().equals(metric)).mapToDouble(Metric::value).sum());
    }
}
