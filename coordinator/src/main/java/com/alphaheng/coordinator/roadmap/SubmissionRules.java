package com.alphaheng.coordinator.roadmap;

import com.alphaheng.protocol.CoordinatorMessage;
import com.alphaheng.spec.SourceLocation;
import com.alphaheng.spec.TaskSpec;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// How a submission changes a campaign. A file's tasks are replaced as a whole; other files' tasks stay.
///
/// The other tasks are gone through, but not sorted or searched: they may be ten times as many as what is submitted.
final class SubmissionRules {
    private static final SourceLocation NOWHERE = new SourceLocation("", 0, 0);

    Decision submit(RoadmapState state, RoadmapCommand.Submit submit, Instant at) {
        Optional<Campaign> campaign = state.campaign(submit.campaign());
        Map<String, TaskSpec> before = new LinkedHashMap<>();
        campaign.ifPresent(known -> known.tasks().forEach(task -> before.put(task.name(), task.spec())));
        Map<String, TaskSpec> after = merged(before, submit);
        SubmissionDiff diff = diff(before, after, submit);
        List<SubmissionProblem> problems = problems(after, diff, submit);
        if (!problems.isEmpty()) {
            return Decision.reply(new Reply.InvalidSubmission(problems));
        }
        var reply = new Reply.Submitted(submit.campaign(), submit.submission(), diff,
                List.copyOf(after.values()));
        boolean sameCommit = campaign.map(known -> known.commit().equals(submit.commit())).orElse(false);
        if (submit.dryRun() || diff.empty() && sameCommit) {
            return Decision.reply(reply);
        }
        List<RoadmapEvent> events = new ArrayList<>();
        List<CoordinatorMessage> messages = new ArrayList<>();
        if (campaign.isEmpty()) {
            events.add(new RoadmapEvent.CampaignOpened(submit.campaign(), at));
        }
        diff.added().forEach(name -> events.add(new RoadmapEvent.TaskAdded(submit.campaign(), after.get(name), at)));
        for (String name : diff.changed()) {
            Task task = campaign.orElseThrow().task(name).orElseThrow();
            boolean reopened = task.status().ended() && task.status() != TaskStatus.SKIPPED;
            events.add(new RoadmapEvent.TaskChanged(submit.campaign(), after.get(name), reopened, at));
            OperatorRules.stop(task, "the task was changed by a resubmission").ifPresent(messages::add);
        }
        for (String name : diff.removed()) {
            events.add(new RoadmapEvent.TaskRemoved(submit.campaign(), name, at));
            OperatorRules.stop(campaign.orElseThrow().task(name).orElseThrow(), "removed from the campaign")
                    .ifPresent(messages::add);
        }
        events.add(new RoadmapEvent.SubmissionAccepted(submit.campaign(), submit.submission(), submit.files(),
                submit.commit(), submit.actor(), at));
        return new Decision(events, messages, reply);
    }

    private static Map<String, TaskSpec> merged(Map<String, TaskSpec> before, RoadmapCommand.Submit submit) {
        Map<String, TaskSpec> after = new LinkedHashMap<>();
        Set<String> files = Set.copyOf(submit.files());
        before.forEach((name, spec) -> {
            if (!files.contains(spec.location().file())) {
                after.put(name, spec);
            }
        });
        submit.tasks().forEach(task -> after.put(task.name(), task));
        return after;
    }

    private static SubmissionDiff diff(Map<String, TaskSpec> before, Map<String, TaskSpec> after,
                                       RoadmapCommand.Submit submit) {
        List<String> added = new ArrayList<>();
        List<String> changed = new ArrayList<>();
        List<String> unchanged = new ArrayList<>();
        for (TaskSpec task : submit.tasks()) {
            TaskSpec old = before.get(task.name());
            (old == null ? added : sameButForPlace(old, task) ? unchanged : changed).add(task.name());
        }
        List<String> removed = before.keySet().stream().filter(name -> !after.containsKey(name)).toList();
        return new SubmissionDiff(added, changed, removed, unchanged);
    }

    /// A task that only moved within or between files has not changed.
    private static boolean sameButForPlace(TaskSpec old, TaskSpec task) {
        return old.at(NOWHERE).equals(task.at(NOWHERE));
    }

    /// What the campaign had before was sound. So unless something it had is changed or removed, whatever is wrong now
    /// is among the submitted tasks.
    private static List<SubmissionProblem> problems(Map<String, TaskSpec> tasks, SubmissionDiff diff,
                                                    RoadmapCommand.Submit submit) {
        boolean onlyAdds = diff.changed().isEmpty() && diff.removed().isEmpty();
        Collection<TaskSpec> suspects = onlyAdds ? submit.tasks() : tasks.values();
        Set<String> removedNames = Set.copyOf(diff.removed());
        List<SubmissionProblem> problems = new ArrayList<>();
        for (TaskSpec task : suspects) {
            for (String dependency : task.dependencies()) {
                if (!tasks.containsKey(dependency)) {
                    boolean removed = removedNames.contains(dependency);
                    problems.add(new SubmissionProblem("missing-dependency", task.location(), "task '" + task.name()
                            + "' depends on '" + dependency + "', which " + (removed ? "this submission removes"
                            : "neither the submission nor the campaign has"),
                            removed ? "keep '" + dependency + "' or drop the dependency"
                                    : "submit the file that defines '" + dependency + "' too, or correct the name"));
                }
            }
        }
        return problems.isEmpty() ? cycle(suspects) : problems;
    }

    /// Removes tasks without open dependencies until none is left; what remains contains a cycle, which is then named.
    ///
    /// @param tasks what they depend on besides each other depends on none of them
    private static List<SubmissionProblem> cycle(Collection<TaskSpec> tasks) {
        Map<String, Integer> open = new HashMap<>();
        Map<String, List<TaskSpec>> dependents = new HashMap<>();
        Deque<TaskSpec> free = new ArrayDeque<>();
        Map<String, TaskSpec> left = new LinkedHashMap<>();
        tasks.forEach(task -> left.put(task.name(), task));
        for (TaskSpec task : tasks) {
            List<String> among = task.dependencies().stream().filter(left::containsKey).toList();
            open.put(task.name(), among.size());
            among.forEach(name -> dependents.computeIfAbsent(name, n -> new ArrayList<>()).add(task));
            if (among.isEmpty()) {
                free.add(task);
            }
        }
        while (!free.isEmpty()) {
            TaskSpec task = free.poll();
            left.remove(task.name());
            for (TaskSpec dependent : dependents.getOrDefault(task.name(), List.of())) {
                if (open.merge(dependent.name(), -1, Integer::sum) == 0) {
                    free.add(dependent);
                }
            }
        }
        return left.isEmpty() ? List.of() : List.of(named(left));
    }

    private static SubmissionProblem named(Map<String, TaskSpec> left) {
        List<String> path = new ArrayList<>();
        TaskSpec task = left.values().iterator().next();
        while (!path.contains(task.name())) {
            path.add(task.name());
            task = left.get(task.dependencies().stream().filter(left::containsKey).findFirst().orElseThrow());
        }
        List<String> cycle = new ArrayList<>(path.subList(path.indexOf(task.name()), path.size()));
        cycle.add(task.name());
        return new SubmissionProblem("dependency-cycle", task.location(), "the dependencies form a cycle: "
                + String.join(" -> ", cycle), "remove one of these dependencies");
    }
}
