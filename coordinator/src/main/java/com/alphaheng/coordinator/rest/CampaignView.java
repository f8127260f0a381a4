package com.alphaheng.coordinator.rest;

import com.alphaheng.coordinator.report.Bar;
import com.alphaheng.coordinator.roadmap.Campaign;
import com.alphaheng.coordinator.roadmap.SubmissionRecord;
import com.alphaheng.coordinator.roadmap.TaskStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A campaign's progress.
///
/// @param etaSeconds   rest of the run if tasks go on ending at the present rate; absent before the first one ended
/// @param criticalPath the longest chain of tasks that have not ended
/// @param lastSubmission who submitted last, and what that changed
/// @param definition   version of its tasks' definitions, for `If-Match`; see [IfMatch]
/// @param commit       the commit that its attempts start from; absent for the tip of the worker's source
public record CampaignView(String name, boolean paused, int total, Map<TaskStatus, Integer> counts, boolean finished,
                           Instant createdAt, Optional<Instant> startedAt, Optional<Instant> finishedAt,
                           Optional<Long> etaSeconds, Throughput throughput, List<Bar> staircase,
                           List<String> criticalPath, Optional<SubmissionRecord> lastSubmission, String definition,
                           Optional<String> commit) {
    /// How fast it goes.
    ///
    /// @param currentTokensPerSecond value of the staircase's last bar
    public record Throughput(Optional<Double> tasksPerHour, Optional<Double> currentTokensPerSecond) {
    }

    /// A campaign as a line of a list.
    public record Summary(String name, boolean paused, Instant createdAt, Map<TaskStatus, Integer> counts, int total,
                          boolean finished) {
        static Summary of(Campaign campaign) {
            return new Summary(campaign.name(), campaign.paused(), campaign.openedAt(), CampaignView.counts(campaign),
                    campaign.tasks().size(), campaign.finished());
        }
    }

    static CampaignView of(Campaign campaign, CampaignShape shape, List<Bar> staircase, Instant now) {
        int total = campaign.tasks().size();
        int left = campaign.count(TaskStatus.WAITING) + campaign.count(TaskStatus.READY)
                + campaign.count(TaskStatus.RUNNING);
        int worked = campaign.count(TaskStatus.SUCCEEDED) + campaign.count(TaskStatus.FAILED);
        Optional<Instant> finishedAt = campaign.finished() && total > 0 ? Optional.of(campaign.changedAt())
                : Optional.empty();
        Optional<Double> hours = campaign.startedAt().map(start ->
                Math.max(1, Duration.between(start, finishedAt.orElse(now)).toMillis()) / 3_600_000.0);
        Optional<Double> perHour = hours.filter(some -> worked > 0).map(some -> worked / some);
        Optional<Double> current = staircase.stream().filter(bar -> bar.unit().equals("tok/s"))
                .reduce((first, second) -> second).map(Bar::value);
        return new CampaignView(campaign.name(), campaign.paused(), total, counts(campaign), campaign.finished(),
                campaign.openedAt(), campaign.startedAt(), finishedAt,
                left == 0 ? Optional.empty() : perHour.map(rate -> Math.round(left / rate * 3600)),
                new Throughput(perHour, current), staircase, shape.criticalPath(),
                campaign.lastSubmission(), Long.toString(campaign.definitionVersion()), campaign.commit());
    }

    private static Map<TaskStatus, Integer> counts(Campaign campaign) {
        Map<TaskStatus, Integer> counts = new LinkedHashMap<>();
        for (TaskStatus status : TaskStatus.values()) {
            counts.put(status, campaign.count(status));
        }
        return counts;
    }
}
