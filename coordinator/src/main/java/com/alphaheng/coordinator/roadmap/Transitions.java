package com.alphaheng.coordinator.roadmap;

import static com.alphaheng.coordinator.roadmap.TaskStatus.CANCELLED;
import static com.alphaheng.coordinator.roadmap.TaskStatus.FAILED;
import static com.alphaheng.coordinator.roadmap.TaskStatus.READY;
import static com.alphaheng.coordinator.roadmap.TaskStatus.RUNNING;
import static com.alphaheng.coordinator.roadmap.TaskStatus.SKIPPED;
import static com.alphaheng.coordinator.roadmap.TaskStatus.SUCCEEDED;
import static com.alphaheng.coordinator.roadmap.TaskStatus.WAITING;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// The life of a task as a table. A pair that is not listed cannot happen; a test walks through every row.
final class Transitions {
    /// One possible change.
    record Row(TaskStatus from, TaskTrigger trigger, TaskStatus to) {
    }

    static final List<Row> ROWS = List.of(
            new Row(WAITING, TaskTrigger.DEPENDENCIES_MET, READY),
            new Row(WAITING, TaskTrigger.DEPENDENCY_DIED, SKIPPED),
            new Row(WAITING, TaskTrigger.CANCELLED, CANCELLED),
            new Row(READY, TaskTrigger.ASSIGNED, RUNNING),
            new Row(READY, TaskTrigger.DEPENDENCY_REOPENED, WAITING),
            new Row(READY, TaskTrigger.CANCELLED, CANCELLED),
            new Row(RUNNING, TaskTrigger.ATTEMPT_SUCCEEDED, SUCCEEDED),
            new Row(RUNNING, TaskTrigger.ATTEMPT_FAILED, FAILED),
            new Row(RUNNING, TaskTrigger.ATTEMPT_REQUEUED, WAITING),
            new Row(RUNNING, TaskTrigger.CANCELLED, CANCELLED),
            new Row(SKIPPED, TaskTrigger.DEPENDENCY_REOPENED, WAITING),
            new Row(SKIPPED, TaskTrigger.CANCELLED, CANCELLED),
            new Row(SUCCEEDED, TaskTrigger.REOPENED, WAITING),
            new Row(FAILED, TaskTrigger.REOPENED, WAITING),
            new Row(CANCELLED, TaskTrigger.REOPENED, WAITING));

    private static final Map<TaskStatus, Map<TaskTrigger, Row>> TABLE = table();

    private Transitions() {
    }

    /// The row for this pair; its absence is a bug of the caller, who must have checked the status.
    static Row of(TaskStatus from, TaskTrigger trigger) {
        Row row = TABLE.getOrDefault(from, Map.of()).get(trigger);
        if (row == null) {
            throw new AssertionError("no transition from " + from + " by " + trigger);
        }
        return row;
    }

    private static Map<TaskStatus, Map<TaskTrigger, Row>> table() {
        Map<TaskStatus, Map<TaskTrigger, Row>> table = new EnumMap<>(TaskStatus.class);
        for (Row row : ROWS) {
            Row before = table.computeIfAbsent(row.from(), from -> new EnumMap<>(TaskTrigger.class))
                    .put(row.trigger(), row);
            if (before != null) {
                throw new AssertionError("two rows for " + row.from() + " by " + row.trigger());
            }
        }
        return table;
    }
}
