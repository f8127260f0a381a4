package com.alphaheng.coordinator.report;

import com.alphaheng.protocol.AttemptResult;
import com.alphaheng.protocol.AttemptResult.Metric;
import com.alphaheng.protocol.WorkerProfile;
import com.alphaheng.spec.BenchmarkSpec;
import com.alphaheng.spec.TaskSpec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Finds the bars of the throughput staircase: benchmarks that name a stage, of tasks that succeeded. A measurement
/// that was not accepted is no bar, however fast it was.
public final class Staircase {
    /// Before the name of each metric of the base command; the worker writes them so.
    private static final String BASELINE = "baseline.";
    /// Before the name of the task that a revert takes back.
    private static final String REVERT = "revert ";

    private Staircase() {
    }

    /// One bar per stage, in the order of dependencies, then of submission. If several tasks measured one stage,
    /// the one that finished last counts.
    public static List<Bar> of(CampaignFacts campaign) {
        Map<String, Integer> depths = campaign.depths();
        List<TaskFacts> ordered = new ArrayList<>(campaign.tasks());
        ordered.sort(Comparator.comparing(task -> depths.get(task.name())));
        return of(ordered);
    }

    /// The same from those tasks alone that [#concerns] says, in the order of dependencies, then of submission.
    public static List<Bar> of(List<TaskFacts> ordered) {
        Map<String, TaskFacts> reverts = reverts(ordered);
        Map<String, Bar> byStage = new LinkedHashMap<>();
        for (TaskFacts task : ordered) {
            if (revertOf(reverts, task).isPresent()) {
                continue;
            }
            bar(task).ifPresent(bar -> byStage.merge(bar.stage(), bar,
                    (first, second) -> second.at().isBefore(first.at()) ? first : second));
        }
        return List.copyOf(byStage.values());
    }

    /// Whether the task can be a bar or take one back.
    public static boolean concerns(TaskSpec task) {
        return task.benchmark().flatMap(BenchmarkSpec::stage).isPresent() || reverts(task);
    }

    private static boolean reverts(TaskSpec task) {
        return task.name().startsWith(REVERT) && task.backends().equals(List.of(WorkerProfile.REVERT));
    }

    /// Tasks that take merged changes back, by their names: a look at all tasks once, not for each of them.
    static Map<String, TaskFacts> reverts(List<TaskFacts> tasks) {
        return tasks.stream().filter(task -> reverts(task.spec()))
                .collect(Collectors.toMap(TaskFacts::name, task -> task));
    }

    /// The task that took this one's merged change back, if one did after the merge.
    ///
    /// @param reverts see [#reverts]
    static Optional<TaskFacts> revertOf(Map<String, TaskFacts> reverts, TaskFacts task) {
        return task.success().flatMap(merged -> Optional.ofNullable(reverts.get(REVERT + task.name()))
                .filter(other -> other.success().filter(revert -> revert.finishedAt().isAfter(merged.finishedAt()))
                        .isPresent()));
    }

    private static Optional<Bar> bar(TaskFacts task) {
        Optional<BenchmarkSpec> benchmark = task.spec().benchmark();
        Optional<AttemptResult> result = task.success();
        if (benchmark.isEmpty() || benchmark.get().stage().isEmpty() || result.isEmpty()) {
            return Optional.empty();
        }
        String name = benchmark.get().metric();
        String stage = benchmark.get().stage().get();
        return metric(result.get(), name).map(value -> bar(task.name(), stage, value, result.get()));
    }

    private static Bar bar(String task, String stage, Metric value, AttemptResult result) {
        Optional<Metric> baseline = metric(result, BASELINE + value.name());
        return new Bar(stage, task, value.name(), value.value(), value.unit(), baseline.map(Metric::value),
                metric(result, "ratio").map(Metric::value), metric(result, "ratio_low").map(Metric::value),
                metric(result, "ratio_high").map(Metric::value), value.samples(),
                baseline.map(Metric::samples).orElse(List.of()), result.finishedAt(), result.machine(),
                result.commit());
    }

    private static Optional<Metric> metric(AttemptResult result, String name) {
        return result.metrics().stream().filter(metric -> metric.name().equals(name)).findFirst();
    }
}
