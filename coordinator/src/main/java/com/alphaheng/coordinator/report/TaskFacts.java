package com.alphaheng.coordinator.report;

import com.alphaheng.coordinator.roadmap.Attempt;
import com.alphaheng.coordinator.roadmap.BlockingReason;
import com.alphaheng.coordinator.roadmap.Task;
import com.alphaheng.coordinator.roadmap.TaskStatus;
import com.alphaheng.protocol.AttemptResult;
import com.alphaheng.spec.TaskSpec;
import java.util.List;
import java.util.Optional;

/// One task as the log tells it.
///
/// @param reason   one line: why it is in its state
/// @param attempts oldest first
public record TaskFacts(TaskSpec spec, TaskStatus status, String reason, List<AttemptFacts> attempts) {
    public TaskFacts {
        attempts = List.copyOf(attempts);
    }

    static TaskFacts of(Task task, BlockingReason reasons) {
        return new TaskFacts(task.spec(), task.status(), reasons.of(task),
                task.attempts().stream().map(AttemptFacts::of).toList());
    }

    /// Copies what was measured, without the reason, which costs a look at every worker.
    public static TaskFacts withoutReason(Task task) {
        return new TaskFacts(task.spec(), task.status(), "", task.attempts().stream().map(AttemptFacts::of).toList());
    }

    String name() {
        return spec.name();
    }

    Optional<AttemptFacts> lastAttempt() {
        return attempts.isEmpty() ? Optional.empty() : Optional.of(attempts.getLast());
    }

    /// The result that made the task succeed.
    Optional<AttemptResult> success() {
        return status != TaskStatus.SUCCEEDED ? Optional.empty() : lastAttempt()
                .filter(attempt -> attempt.fate() == Attempt.Fate.SUCCEEDED).flatMap(AttemptFacts::result);
    }

    /// Attempts beyond the first.
    int retries() {
        return Math.max(0, attempts.size() - 1);
    }
}
