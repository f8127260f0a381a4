package com.alphaheng.coordinator.rest;

import com.alphaheng.coordinator.roadmap.Worker;
import com.alphaheng.protocol.WorkerProfile;
import java.time.Instant;
import java.util.List;

/// A worker and what it runs.
///
/// @param slots attempts it may run at once: fewer than its profile says if somebody limited it
public record WorkerView(String id, String incarnation, WorkerProfile profile, Worker.Presence state, Instant lastSeen,
                         List<RunningAttempt> running, int slots) {
    /// What one slot does.
    public record RunningAttempt(String campaign, String task, int epoch, String stage) {
    }

    static WorkerView of(Worker worker) {
        return new WorkerView(worker.id(), worker.incarnation(), worker.profile(), worker.presence(),
                worker.lastHeard(), worker.running().stream().map(attempt -> new RunningAttempt(
                        attempt.id().campaign(), attempt.id().task(), attempt.id().epoch(), attempt.stage())).toList(),
                worker.capacity());
    }
}
