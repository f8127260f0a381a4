package com.alphaheng.coordinator.roadmap;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Something a webhook is told.
///
/// @param sequence counts what this webhook is told, from 1: a receiver recognises repetitions by it
/// @param type     one of [#TYPES]
/// @param status   of the task, or empty for a campaign's event
/// @param detail   one line, may be empty
public record Notification(long sequence, String type, String campaign, Optional<String> task,
                           Optional<TaskStatus> status, String detail, Instant at) {
    /// What a webhook can ask for.
    public static final List<String> TYPES = List.of("task.started", "task.requeued", "task.succeeded", "task.failed",
            "task.skipped", "task.cancelled", "campaign.submitted", "campaign.paused", "campaign.resumed",
            "campaign.finished");
}
