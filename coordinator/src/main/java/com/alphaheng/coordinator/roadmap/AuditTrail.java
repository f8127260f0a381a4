package com.alphaheng.coordinator.roadmap;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.Optional;

/// The latest entries of the audit log, oldest first; the event log has all of them.
public final class AuditTrail {
    static final int KEPT = 20_000;

    private final Deque<AuditEntry> entries = new ArrayDeque<>();

    void add(AuditEntry entry) {
        entries.addLast(entry);
        if (entries.size() > KEPT) {
            entries.removeFirst();
        }
    }

    void addFor(RoadmapEvent.OfCampaign event, Optional<SubmissionDiff> diff) {
        switch (event) {
            case RoadmapEvent.SubmissionAccepted accepted -> add(entry(event, accepted.actor(), "submit",
                    String.join(", ", accepted.files()), diff.map(SubmissionDiff::summary).orElse("")));
            case RoadmapEvent.TaskCancelled cancelled -> add(entry(event, cancelled.actor(), "cancel",
                    cancelled.task(), ""));
            case RoadmapEvent.TaskReopened reopened -> add(entry(event, reopened.actor(), "retry", reopened.task(),
                    ""));
            case RoadmapEvent.CampaignPaused paused -> add(entry(event, paused.actor(), "pause", "", ""));
            case RoadmapEvent.CampaignResumed resumed -> add(entry(event, resumed.actor(), "resume", "", ""));
            case RoadmapEvent.CampaignOpened _, RoadmapEvent.TaskAdded _, RoadmapEvent.TaskChanged _,
                    RoadmapEvent.TaskRemoved _ -> { /* part of a submission */ }
        }
    }

    private static AuditEntry entry(RoadmapEvent.OfCampaign event, String actor, String action, String subject,
                                    String detail) {
        return new AuditEntry(event.at(), actor, action, Optional.of(event.campaign()), subject, detail);
    }

    public Collection<AuditEntry> entries() {
        return Collections.unmodifiableCollection(entries);
    }
}
