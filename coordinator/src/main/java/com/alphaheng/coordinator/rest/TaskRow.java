package com.alphaheng.coordinator.rest;

import com.alphaheng.coordinator.roadmap.Attempt;
import com.alphaheng.coordinator.roadmap.BlockingReason;
import com.alphaheng.coordinator.roadmap.Task;
import com.alphaheng.coordinator.roadmap.TaskStatus;
import com.alphaheng.spec.Priority;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// A task as a line of a table.
///
/// @param attempts   how many there were, the running one included
/// @param worker     of the last attempt
/// @param startedAt  when the last attempt was assigned
/// @param finishedAt when it ended
/// @param reason     why the task is in its status
/// @param layer      length of the longest chain of dependencies below it
public record TaskRow(String campaign, String name, Priority priority, String category, String kind, TaskStatus status,
                      List<String> dependencies, int attempts, Optional<String> worker, Optional<Instant> startedAt,
                      Optional<Instant> finishedAt, String reason, int layer, String sourceFile) {
    static TaskRow of(Task task, BlockingReason reasons, int layer) {
        Optional<Attempt> last = task.lastAttempt();
        return new TaskRow(task.campaign().name(), task.name(), task.spec().priority(), task.spec().category().word(),
                task.spec().kind().word(), task.status(), task.spec().dependencies(), task.attempts().size(),
                last.map(Attempt::worker), last.map(Attempt::assignedAt), last.flatMap(Attempt::finishedAt),
                reasons.of(task), layer, task.spec().location().file());
    }
}
