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
/// @param total        how many tasks the campaign would have
/// @param tasks        those submitted, in the order in which one worker would take them among all of the campaign's
/// @param criticalPath the campaign's longest chain of tasks
/// @param unplaceable  how many of the tasks no online worker could run
public record Plan(String campaign, List<String> added, List<String> changed, List<String> removed,
                   List<String> unchanged, int total, List<PlannedTask> tasks, List<String> criticalPath,
                   int unplaceable, List<ApiProblem.Fault> warnings) {
    /// A thousand names for each of ten thousand tasks would be a hundred megabytes.
    private static final int MOST_NAMES = 10;

    /// A task of the plan.
    ///
    /// @param change  `added`, `changed` or `unchanged`
    /// @param step    length of the longest chain of tasks up to it, from 1
    /// @param able    how many online workers could run it
    /// @param workers the first [#MOST_NAMES] of those
    /// @param obstacle why there are none; empty if there are
    public record PlannedTask(String name, Priority priority, String kind, int step, List<String> dependencies,
                              String change, int able, List<String> workers, String obstacle) {
    }

    /// What the workers online can do, for each sort of task.
    record Fleet(Map<Eligibility, Able> able) {
        /// To be called on the shard; looks at every worker for every sort of task that is submitted.
        static Fleet of(Reply.Submitted submitted, RoadmapState state) {
            Map<Eligibility, Able> able = new HashMap<>();
            Set<String> names = submitted.diff().submitted();
            submitted.tasks().stream().filter(task -> names.contains(task.name())).map(Eligibility::of).distinct()
                    .forEach(wanted -> able.put(wanted, Able.of(wanted, state)));
            return new Fleet(able);
        }
    }

    private record Able(int count, List<String> first, String obstacle) {
        static Able of(Eligibility wanted, RoadmapState state) {
            List<String> first = new ArrayList<>();
            int count = 0;
            String obstacle = "no worker is online: start one with ./heng worker";
            for (Worker worker : state.workers()) {
                if (worker.presence() == Worker.Presence.ONLINE) {
                    var objection = wanted.objection(worker.profile());
                    if (objection.isPresent()) {
                        obstacle = worker.id() + " " + objection.get();
                    } else if (count++ < MOST_NAMES) {
                        first.add(worker.id());
                    }
                }
            }
            return new Able(count, first, count > 0 ? "" : obstacle);
        }
    }

    static Plan of(Reply.Submitted submitted, List<ApiProblem.Fault> warnings, Fleet fleet) {
        SubmissionDiff diff = submitted.diff();
        Set<String> added = new HashSet<>(diff.added());
        Set<String> changed = new HashSet<>(diff.changed());
        TaskGraph graph = TaskGraph.of(submitted.tasks());
        Set<String> names = diff.submitted();
        List<PlannedTask> tasks = new ArrayList<>();
        for (TaskSpec task : graph.order()) {
            if (!names.contains(task.name())) {
                continue;
            }
            Able here = fleet.able().get(Eligibility.of(task));
            tasks.add(new PlannedTask(task.name(), task.priority(), task.kind().word(), graph.layer(task.name()) + 1,
                    task.dependencies(), added.contains(task.name()) ? "added"
                    : changed.contains(task.name()) ? "changed" : "unchanged",
                    here.count(), here.first(), here.obstacle()));
        }
        return new Plan(submitted.campaign(), diff.added(), diff.changed(), diff.removed(), diff.unchanged(),
                submitted.tasks().size(), tasks, graph.criticalPath(),
                (int) tasks.stream().filter(task -> task.able() == 0).count(), warnings);
    }
}
