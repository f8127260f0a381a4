package com.alphaheng.coordinator.rest;

import com.alphaheng.coordinator.roadmap.BlockingReason;
import com.alphaheng.coordinator.roadmap.Eligibility;
import com.alphaheng.coordinator.roadmap.RoadmapState;
import com.alphaheng.coordinator.roadmap.Task;
import com.alphaheng.coordinator.roadmap.TaskStatus;
import com.alphaheng.coordinator.roadmap.Worker;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/// Why a task is in its state.
///
/// @param reason    the one thing that has to change first
/// @param waitsFor  every dependency that has not succeeded, with its own reason
/// @param workers   what each worker says to the task
public record TaskWhy(String campaign, String task, TaskStatus status, String reason, List<Open> waitsFor,
                      List<WorkerWord> workers) {
    /// A dependency that has not succeeded.
    public record Open(String task, TaskStatus status, String reason) {
    }

    /// @param able whether it could run the task, now or when a slot is free
    public record WorkerWord(String worker, boolean able, String word) {
    }

    static TaskWhy of(Task task, RoadmapState state, Instant now) {
        BlockingReason reasons = new BlockingReason(state, now);
        Eligibility eligibility = Eligibility.of(task.spec());
        return new TaskWhy(task.campaign().name(), task.name(), task.status(), reasons.of(task),
                task.dependencies().stream().filter(dependency -> dependency.status() != TaskStatus.SUCCEEDED)
                        .map(dependency -> new Open(dependency.name(), dependency.status(), reasons.of(dependency)))
                        .toList(),
                state.workers().stream().map(worker -> word(worker, eligibility)).toList());
    }

    private static WorkerWord word(Worker worker, Eligibility eligibility) {
        String busy = worker.profile().paused().map(why -> "takes nothing new: " + why).orElseGet(() ->
                worker.running().size() + " of " + worker.capacity() + " slots in use");
        return switch (worker.presence()) {
            case LOST, LEFT -> new WorkerWord(worker.id(), false, "is " + worker.presence().name().toLowerCase(
                    Locale.ROOT));
            case ONLINE -> eligibility.objection(worker.profile()).map(objection ->
                    new WorkerWord(worker.id(), false, objection)).orElseGet(() -> new WorkerWord(worker.id(), true,
                    busy + (eligibility.exclusive() ? ", the task needs all of it" : "")));
        };
    }
}
