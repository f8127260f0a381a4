package com.alphaheng.coordinator.rest;

import com.alphaheng.coordinator.report.Bar;
import com.alphaheng.coordinator.report.Staircase;
import com.alphaheng.coordinator.report.TaskFacts;
import com.alphaheng.coordinator.roadmap.Campaign;
import com.alphaheng.coordinator.roadmap.SubmissionDiff;
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
/// @param lastSubmission who submitted last, and what that changed; of 10,000 names nobody reads all, so it has some
/// @param definition   version of its tasks' definitions, for `If-Match`; see [IfMatch]
/// @param standstill   why nothing goes on, and what to do; absent while something does, or nothing is left
/// @param commit       the commit that its attempts start from; absent for the tip of the worker's source
public record CampaignView(String name, boolean paused, int total, Map<TaskStatus, Integer> counts, boolean finished,
                           Instant createdAt, Optional<Instant> startedAt, Optional<Instant> finishedAt,
                           Optional<Long> etaSeconds, Throughput throughput, List<Bar> staircase,
                           List<String> criticalPath, Optional<LastSubmission> lastSubmission, String definition,
                           Optional<String> standstill, Optional<String> commit) {
    /// How fast it goes.
    ///
    /// @param currentTokensPerSecond value of the staircase's last bar
    public record Throughput(Optional<Double> tasksPerHour, Optional<Double> currentTokensPerSecond) {
    }

    /// A submission that was taken.
    ///
    /// @param submission content hash of its files
    /// @param counts     how many tasks were `added`, `changed`, `removed`, and are `unchanged`
    /// @param diff       names of tasks that were `added`, `changed` and `removed`: the first [#MOST_NAMES] of each
    public record LastSubmission(String submission, String actor, Instant at, List<String> files,
                                 Map<String, Integer> counts, Map<String, List<String>> diff) {
        private static final int MOST_NAMES = 100;

        static LastSubmission of(SubmissionRecord record) {
            SubmissionDiff diff = record.diff();
            return new LastSubmission(record.submission(), record.actor(), record.at(), record.files(),
                    Map.of("added", diff.added().size(), "changed", diff.changed().size(), "removed",
                            diff.removed().size(), "unchanged", diff.unchanged().size()),
                    Map.of("added", first(diff.added()), "changed", first(diff.changed()), "removed",
                            first(diff.removed())));
        }

        private static List<String> first(List<String> names) {
            return names.subList(0, Math.min(MOST_NAMES, names.size()));
        }
    }

    /// A campaign as a line of a list.
    public record Summary(String name, boolean paused, Instant createdAt, Map<TaskStatus, Integer> counts, int total,
                          boolean finished) {
        static Summary of(Campaign campaign) {
            return new Summary(campaign.name(), campaign.paused(), campaign.openedAt(), CampaignView.counts(campaign),
                    campaign.tasks().size(), campaign.finished());
        }
    }

    static CampaignView of(Campaign campaign, CampaignShape shape, Optional<String> standstill, Instant now) {
        List<Bar> staircase = Staircase.of(shape.measured().stream().map(TaskFacts::withoutReason).toList());
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
                left == 0 || standstill.isPresent() ? Optional.empty()
                        : perHour.map(rate -> Math.round(left / rate * 3600)),
                new Throughput(perHour, current), staircase, shape.criticalPath(),
                campaign.lastSubmission().map(LastSubmission::of), Long.toString(campaign.definitionVersion()),
                standstill, campaign.commit());
    }

    private static Map<TaskStatus, Integer> counts(Campaign campaign) {
        Map<TaskStatus, Integer> counts = new LinkedHashMap<>();
        for (TaskStatus status : TaskStatus.values()) {
            counts.put(status, campaign.count(status));
        }
        return counts;
    }
}
