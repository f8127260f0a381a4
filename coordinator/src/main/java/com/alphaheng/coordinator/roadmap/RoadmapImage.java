package com.alphaheng.coordinator.roadmap;

import com.alphaheng.protocol.AttemptResult;
import com.alphaheng.protocol.WorkerProfile;
import com.alphaheng.spec.TaskSpec;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A piece of a snapshot: what the log up to some place led to, as plain values. A snapshot is one [Whole], then
/// webhooks, workers and campaigns, each campaign followed by its tasks, and at the end one [Order].
///
/// What follows from the rest (unmet dependencies, who is free, who waits for what) is not in it.
public sealed interface RoadmapImage {
    /// What there is once.
    record Whole(Instant clock, long tasksEverAdded, long durableEvents, List<AccessToken> tokens,
                 List<RoadmapEvent.EnrolmentOffered> offers, Map<LimitScope, Map<String, Integer>> limits,
                 List<AuditEntry> audit) implements RoadmapImage {
    }

    record OfWebhook(RoadmapEvent.WebhookAdded definition, long sequence, List<Notification> pending,
                     List<RoadmapEvent.WebhookAnswered> deliveries) implements RoadmapImage {
    }

    /// @param retired earlier process starts, oldest first, with the highest sequence number heard from each
    record OfWorker(String id, String incarnation, WorkerProfile profile, Worker.Presence presence, long sequence,
                    Instant lastHeard, Map<String, Long> retired) implements RoadmapImage {
    }

    record OfCampaign(String name, Instant openedAt, boolean paused, String submission, Optional<String> commit,
                      Optional<Instant> startedAt, Instant changedAt, long definitionVersion,
                      Optional<String> lastMeasuredOn, Optional<SubmissionRecord> lastSubmission)
            implements RoadmapImage {
    }

    /// @param dependents in the order in which a change spreads
    record OfTask(String campaign, long order, TaskSpec spec, TaskStatus status, String note, int failures, int losses,
                  Optional<Instant> notBefore, Optional<Instant> readySince, List<OfAttempt> attempts,
                  List<String> dependents) implements RoadmapImage {
    }

    /// One try at a task; part of [OfTask].
    record OfAttempt(int epoch, String worker, String incarnation, Instant assignedAt, boolean exclusive,
                     Optional<String> backend, Optional<String> chip, Optional<Instant> startedAt,
                     Optional<Instant> finishedAt, String stage, Attempt.Fate fate, String reason,
                     Optional<AttemptResult> result) {
    }

    /// The order in which some of the above came to be what they are.
    ///
    /// @param ready  tasks waiting for a worker or the end of a backoff, those ready longest first
    /// @param leases running attempts, in order of their renewal
    /// @param heard  workers with us, least recently heard first
    record Order(List<TaskName> ready, List<Lease> leases, List<String> heard) implements RoadmapImage {
    }

    /// Which task is meant.
    record TaskName(String campaign, String task) {
    }

    /// The lease of the task's running attempt.
    record Lease(TaskName task, Instant since) {
    }
}
