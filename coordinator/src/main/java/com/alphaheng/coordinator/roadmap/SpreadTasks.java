package com.alphaheng.coordinator.roadmap;

import com.alphaheng.protocol.AttemptResult;
import com.alphaheng.protocol.JobSpec.ShareResult;
import com.alphaheng.spec.SpreadSearch;
import com.alphaheng.spec.TaskSpec;
import com.alphaheng.spec.TuneSpec;
import com.alphaheng.spec.TuneSpec.Share;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// What holds between a search that is spread over workers and its shares, which to everything else are tasks like any.
final class SpreadTasks {
    private SpreadTasks() {
    }

    /// The search that a task belongs to, with all its shares; empty for other tasks, and when the search itself is no
    /// longer there.
    static List<Task> of(Campaign campaign, TaskSpec spec) {
        Optional<Task> search = SpreadSearch.of(spec).flatMap(campaign::task);
        List<Task> found = new ArrayList<>(search.stream().toList());
        search.ifPresent(whole -> whole.dependencies().stream().filter(dependency -> share(dependency)
                .filter(share -> share.search().equals(whole.name())).isPresent()).forEach(found::add));
        return found;
    }

    /// Whether it measures a part of a search, instead of entering its best.
    static boolean isShare(Task task) {
        return share(task).isPresent();
    }

    /// The search and its shares, if this task is the search itself; else the task alone.
    static List<Task> withShares(Task task) {
        return isShare(task) || SpreadSearch.of(task.spec()).isEmpty() ? List.of(task)
                : of(task.campaign(), task.spec());
    }

    /// The chip that measures or has measured the search: ratios of different chips say nothing about each other.
    static Optional<String> chip(List<Task> search) {
        return search.stream()
                .filter(task -> task.status() == TaskStatus.RUNNING || task.status() == TaskStatus.SUCCEEDED)
                .flatMap(task -> task.lastAttempt().flatMap(Attempt::chip).stream()).findFirst();
    }

    /// What the task builds on: all that the rounds before it measured, each share once, in their order.
    static List<ShareResult> results(Task task) {
        int round = share(task).map(Share::round).orElse(Integer.MAX_VALUE);
        return of(task.campaign(), task.spec()).stream()
                .filter(other -> share(other).filter(share -> share.round() < round).isPresent())
                .sorted(Comparator.<Task>comparingInt(other -> share(other).orElseThrow().round())
                        .thenComparingInt(other -> share(other).orElseThrow().index()))
                .map(other -> new ShareResult(other.lastAttempt().orElseThrow().worker(), other.lastAttempt()
                        .flatMap(Attempt::result).map(AttemptResult::trials).orElse(List.of()))).toList();
    }

    private static Optional<Share> share(Task task) {
        return task.spec().tune().flatMap(TuneSpec::share);
    }
}
