package com.alphaheng.coordinator.report;

import com.alphaheng.coordinator.roadmap.BlockingReason;
import com.alphaheng.coordinator.roadmap.Campaign;
import com.alphaheng.coordinator.roadmap.RoadmapState;
import com.alphaheng.coordinator.roadmap.TaskStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/// Everything a report may say about a campaign: a frozen copy of what the log has made of the roadmap, so that a
/// report can be written while the roadmap moves on.
///
/// @param at         the moment the copy was taken
/// @param submission content hash of the last submission
/// @param commit     the commit that attempts are made from; empty means the tip of the worker's repository
/// @param tasks      in submission order
public record CampaignFacts(String name, Instant at, Instant openedAt, Optional<Instant> startedAt, String submission,
                            Optional<String> commit, List<TaskFacts> tasks) {
    public CampaignFacts {
        tasks = List.copyOf(tasks);
    }

    /// Copies a campaign; to be called on the thread that owns the roadmap.
    public static CampaignFacts of(Campaign campaign, RoadmapState state, Instant now) {
        BlockingReason reasons = new BlockingReason(state, now);
        return new CampaignFacts(campaign.name(), now, campaign.openedAt(), campaign.startedAt(), campaign.submission(),
                campaign.commit(), campaign.tasks().stream().map(task -> TaskFacts.of(task, reasons)).toList());
    }

    boolean finished() {
        return tasks.stream().allMatch(task -> task.status().ended());
    }

    long count(TaskStatus status) {
        return count(task -> task.status() == status);
    }

    long count(Predicate<TaskFacts> which) {
        return tasks.stream().filter(which).count();
    }

    /// When the last attempt ended, of a campaign that has finished.
    Optional<Instant> finishedAt() {
        return finished() ? tasks.stream().flatMap(task -> task.attempts().stream())
                .flatMap(attempt -> attempt.finishedAt().stream()).max(Comparator.naturalOrder()) : Optional.empty();
    }

    /// From the first assignment to the end, or to the moment of the copy.
    Optional<Duration> ran() {
        return startedAt.map(start -> Duration.between(start, finishedAt().orElse(at)));
    }

    /// Length of the longest chain of dependencies before each task, by name.
    Map<String, Integer> depths() {
        Map<String, Integer> open = new HashMap<>();
        Map<String, List<String>> dependents = new HashMap<>();
        for (TaskFacts task : tasks) {
            open.put(task.name(), task.spec().dependencies().size());
            task.spec().dependencies().forEach(dependency ->
                    dependents.computeIfAbsent(dependency, name -> new ArrayList<>()).add(task.name()));
        }
        Map<String, Integer> depths = new HashMap<>();
        Deque<String> settled = new ArrayDeque<>();
        tasks.stream().filter(task -> open.get(task.name()) == 0).forEach(task -> settled.add(task.name()));
        while (!settled.isEmpty()) {
            String name = settled.poll();
            int depth = depths.computeIfAbsent(name, root -> 0);
            for (String dependent : dependents.getOrDefault(name, List.of())) {
                depths.merge(dependent, depth + 1, Math::max);
                if (open.merge(dependent, -1, Integer::sum) == 0) {
                    settled.add(dependent);
                }
            }
        }
        return depths;
    }
}
