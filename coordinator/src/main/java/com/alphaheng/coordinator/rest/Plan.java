package com.alphaheng.coordinator.rest;

import com.alphaheng.coordinator.roadmap.Eligibility;
import com.alphaheng.coordinator.roadmap.Reply;
import com.alphaheng.coordinator.roadmap.RoadmapState;
import com.alphaheng.coordinator.roadmap.SubmissionDiff;
import com.alphaheng.coordinator.roadmap.Worker;
import com.alphaheng.spec.Priority;
import com.alphaheng.spec.TaskGraph;
import com.alphaheng.spec.TaskSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What would come of a submission.
///
/// @param tasks        of the campaign as it would be, in the order in which one worker would take them
/// @param criticalPath the longest chain of tasks
/// @param unplaceable  how many tasks no online worker could run
public record Plan(String campaign, List<String> added, List<String> changed, List<String> removed,
                   List<String> unchanged, List<PlannedTask> tasks, List<String> criticalPath, int unplaceable,
                   List<ApiProblem.Fault> warnings) {
    /// A task of the plan.
    ///
    /// @param change  `added`, `changed` or `unchanged`
    /// @param step    length of the longest chain of tasks up to it, from 1
    /// @param workers online ones that could run it
    /// @param obstacle why there are none; empty if there are
    public record PlannedTask(String name, Priority priority, String kind, int step, List<String> dependencies,
                              String change, List<String> workers, String obstacle) {
    }

    private record Able(List<String> workers, String obstacle) {
    }

    static Plan of(Reply.Submitted submitted, List<ApiProblem.Fault> warnings, RoadmapState state) {
        SubmissionDiff diff = submitted.diff();
        Set<String> added = new HashSet<>(diff.added());
        Set<String> changed = new HashSet<>(diff.changed());
        TaskGraph graph = TaskGraph.of(submitted.tasks());
        Map<Eligibility, Able> able = new HashMap<>();
        List<PlannedTask> tasks = new ArrayList<>();
        for (TaskSpec task : graph.order()) {
            Able here = able.computeIfAbsent(Eligibility.of(task), wanted -> able(wanted, state));
            tasks.add(new PlannedTask(task.name(), task.priority(), task.kind().word(), graph.layer(task.name()) + 1,
                    task.dependencies(), added.contains(task.name()) ? "added"
                    : changed.contains(task.name()) ? "changed" : "unchanged", here.workers(), here.obstacle()));
        }
        return new Plan(submitted.campaign(), diff.added(), diff.changed(), diff.removed(), diff.unchanged(), tasks,
                graph.criticalPath(), (int) tasks.stream().filter(task -> task.workers().isEmpty()).count(), warnings);
    }

    private static Able able(Eligibility wanted, RoadmapState state) {
        List<String> workers = new ArrayList<>();
        String obstacle = "no worker is online: start one with ./heng worker";
        for (Worker worker : state.workers()) {
            if (worker.presence() == Worker.Presence.ONLINE) {
                var objection = wanted.objection(worker.profile());
                if (objection.isEmpty()) {
                    workers.add(worker.id());
                } else if (workers.isEmpty()) {
                    obstacle = worker.id() + " " + objection.get();
                }
            }
        }
        return new Able(workers, workers.isEmpty() ? obstacle : "");
    }
}
