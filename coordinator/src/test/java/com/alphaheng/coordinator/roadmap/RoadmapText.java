package com.alphaheng.coordinator.roadmap;

/// The whole durable view of a roadmap as text, to compare two of them.
final class RoadmapText {
    private RoadmapText() {
    }

    static String of(RoadmapState state) {
        StringBuilder text = new StringBuilder();
        for (Campaign campaign : state.campaigns()) {
            text.append(campaign.name()).append(" paused=").append(campaign.paused()).append(' ')
                    .append(campaign.submission()).append('\n');
            for (Task task : campaign.tasks()) {
                text.append("  ").append(task).append(' ').append(task.order()).append(' ').append(task.spec())
                        .append(" f=").append(task.failures()).append(" l=").append(task.losses()).append(" u=")
                        .append(task.unmetDependencies).append(" d=").append(task.deadDependencies).append(' ')
                        .append(task.note()).append('\n');
                for (Attempt attempt : task.attempts()) {
                    text.append("    ").append(attempt.id()).append(' ').append(attempt.worker()).append(' ')
                            .append(attempt.incarnation()).append(' ').append(attempt.fate()).append(' ')
                            .append(attempt.stage()).append(' ').append(attempt.reason()).append(' ')
                            .append(attempt.assignedAt()).append(' ').append(attempt.finishedAt()).append(' ')
                            .append(attempt.result()).append('\n');
                }
            }
        }
        for (Worker worker : state.workers()) {
            text.append(worker.id()).append(' ').append(worker.incarnation()).append(' ').append(worker.presence())
                    .append(' ').append(worker.running().stream().map(Attempt::id).toList()).append('\n');
        }
        Administration administration = state.administration();
        text.append(administration.tokens()).append(administration.audit().entries());
        for (LimitScope scope : LimitScope.values()) {
            text.append(scope).append(administration.limits().all(scope));
        }
        administration.webhooks().forEach(webhook -> text.append(webhook.name()).append(webhook.pending())
                .append(webhook.deliveries()));
        return text.toString();
    }

    /// Names, statuses and how each attempt ended: what must stay the same however the model grows.
    static String outline(RoadmapState state) {
        StringBuilder text = new StringBuilder();
        for (Campaign campaign : state.campaigns()) {
            text.append(campaign.name()).append(campaign.paused() ? " paused\n" : "\n");
            for (Task task : campaign.tasks()) {
                text.append("  ").append(task.name()).append(' ').append(task.status());
                task.attempts().forEach(attempt -> text.append(' ').append(attempt.id().epoch()).append(':')
                        .append(attempt.worker()).append(':').append(attempt.fate()));
                text.append('\n');
            }
        }
        state.workers().forEach(worker -> text.append(worker.id()).append(' ').append(worker.presence()).append('\n'));
        return text.toString();
    }
}
