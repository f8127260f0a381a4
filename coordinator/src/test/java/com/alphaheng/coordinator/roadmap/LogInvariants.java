package com.alphaheng.coordinator.roadmap;

import com.alphaheng.protocol.AttemptId;
import com.alphaheng.protocol.CoordinatorMessage;
import com.alphaheng.protocol.Trial;
import com.alphaheng.spec.SpreadSearch;
import com.alphaheng.spec.TaskKind;
import com.alphaheng.spec.TaskSpec;
import com.alphaheng.spec.TuneSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// What must hold of every log, checked fact by fact by a model of its own that shares no code with the roadmap.
final class LogInvariants {
    private static final class TaskModel {
        private TaskSpec spec;
        private boolean succeeded;
        private boolean ended;
        private int lastEpoch;
        private Optional<RoadmapEvent.AttemptAssigned> running = Optional.empty();
        private Optional<RoadmapEvent.AttemptAssigned> last = Optional.empty();
        private List<Trial> trials = List.of();

        TaskModel(TaskSpec spec) {
            this.spec = spec;
        }

        boolean exclusive() {
            return spec.kind() == TaskKind.BENCHMARK || spec.kind() == TaskKind.TUNE;
        }
    }

    private record WorkerModel(String incarnation, int slots, String chip) {
    }

    private final Map<String, TaskModel> tasks = new LinkedHashMap<>();
    private final Map<String, Integer> limits = new HashMap<>();
    private final Map<String, WorkerModel> online = new HashMap<>();
    private final Set<String> retiredIncarnations = new HashSet<>();
    private final Set<AttemptId> finishedByWorkers;
    private boolean paused;

    /// @param finishedByWorkers the attempts that some worker has really run to the end; filled by the simulation
    LogInvariants(Set<AttemptId> finishedByWorkers) {
        this.finishedByWorkers = finishedByWorkers;
    }

    void check(RoadmapEvent.Durable event) {
        switch (event) {
            case RoadmapEvent.OfAttempt ofAttempt -> checkAttempt(ofAttempt);
            case RoadmapEvent.TaskAdded added -> require(tasks.put(added.task().name(), new TaskModel(added.task()))
                    == null, "added twice", event);
            case RoadmapEvent.TaskChanged changed -> {
                TaskModel task = tasks.get(changed.task().name());
                task.spec = changed.task();
                task.running = Optional.empty();
                if (changed.reopened()) {
                    reopen(task, event);
                }
            }
            case RoadmapEvent.TaskRemoved removed -> tasks.remove(removed.task());
            case RoadmapEvent.TaskCancelled cancelled -> {
                TaskModel task = tasks.get(cancelled.task());
                task.running = Optional.empty();
                end(task, event);
            }
            case RoadmapEvent.TaskReopened reopened -> reopen(tasks.get(reopened.task()), event);
            case RoadmapEvent.CampaignPaused _ -> paused = true;
            case RoadmapEvent.CampaignResumed _ -> paused = false;
            case RoadmapEvent.WorkerJoined joined -> {
                WorkerModel before = online.put(joined.worker(), new WorkerModel(joined.incarnation(),
                        joined.profile().slots(), joined.profile().labels().get("chip")));
                boolean replaces = before != null && !before.incarnation().equals(joined.incarnation());
                require(!replaces || !retiredIncarnations.contains(joined.incarnation()),
                        "an old incarnation replaced a present one", event);
                retiredIncarnations.remove(joined.incarnation());
                if (replaces) {
                    retiredIncarnations.add(before.incarnation());
                }
            }
            case RoadmapEvent.WorkerLost lost -> part(lost.worker(), event);
            case RoadmapEvent.WorkerLeft left -> part(left.worker(), event);
            case RoadmapEvent.CampaignOpened _, RoadmapEvent.SubmissionAccepted _,
                    RoadmapEvent.CoordinatorTookOver _ -> { /* says nothing about tasks */ }
            case RoadmapEvent.WorkerForgotten forgotten -> require(!online.containsKey(forgotten.worker()),
                    "forgot a worker that is online", event);
            case RoadmapEvent.LimitSet set -> {
                limits.remove(set.scope() + " " + set.name());
                set.most().ifPresent(most -> limits.put(set.scope() + " " + set.name(), most));
            }
            case RoadmapEvent.OfAdministration _ -> { /* says nothing about tasks */ }
        }
    }

    private void checkAttempt(RoadmapEvent.OfAttempt event) {
        TaskModel task = tasks.get(event.attempt().task());
        require(task != null, "an attempt at a task that is not there", event);
        if (event instanceof RoadmapEvent.AttemptAssigned assigned) {
            checkAssignment(task, assigned);
            return;
        }
        require(task.running.isPresent() && task.running.get().attempt().equals(event.attempt()),
                "a stale epoch counts", event);
        switch (event) {
            case RoadmapEvent.AttemptSucceeded succeeded -> {
                require(finishedByWorkers.contains(succeeded.attempt()), "a success nobody has achieved", event);
                task.running = Optional.empty();
                task.succeeded = true;
                task.trials = succeeded.result().trials();
                end(task, event);
            }
            case RoadmapEvent.AttemptFailed failed -> endOrRetry(task, failed.retryAt().isPresent(), event);
            case RoadmapEvent.AttemptLost lost -> endOrRetry(task, lost.retryAt().isPresent(), event);
            case RoadmapEvent.AttemptStageReached _, RoadmapEvent.AttemptAssigned _ -> { /* goes on */ }
        }
    }

    private void checkAssignment(TaskModel task, RoadmapEvent.AttemptAssigned assigned) {
        require(!paused, "assigned while paused", assigned);
        require(!task.ended, "assigned after its end", assigned);
        require(task.running.isEmpty(), "assigned while it runs", assigned);
        require(assigned.attempt().epoch() > task.lastEpoch, "an epoch was used twice", assigned);
        for (String dependency : task.spec.dependencies()) {
            require(tasks.get(dependency).succeeded, "assigned before " + dependency + " succeeded", assigned);
        }
        WorkerModel worker = online.get(assigned.worker());
        require(worker != null && worker.incarnation().equals(assigned.incarnation()), "assigned to a ghost", assigned);
        int load = 0;
        int inCampaign = 0;
        for (TaskModel other : tasks.values()) {
            if (other.running.isPresent()) {
                boolean together = other.running.get().worker().equals(assigned.worker());
                load += together ? 1 : 0;
                inCampaign++;
                require(!together || !other.exclusive() && !task.exclusive(), "a measurement is disturbed", assigned);
                require(!Touches.overlap(other.spec.touches(), task.spec.touches()), "overlapping edits", assigned);
            }
        }
        require(load < worker.slots(), "more attempts than slots", assigned);
        require(load < limits.getOrDefault(LimitScope.WORKER + " " + assigned.worker(), Integer.MAX_VALUE),
                "more attempts than the worker's limit", assigned);
        require(inCampaign < limits.getOrDefault(LimitScope.CAMPAIGN + " " + assigned.attempt().campaign(),
                Integer.MAX_VALUE), "more attempts than the campaign's limit", assigned);
        task.lastEpoch = assigned.attempt().epoch();
        task.running = Optional.of(assigned);
        task.last = task.running;
        if (SpreadSearch.of(task.spec).isPresent()) {
            require(assigned.chip().equals(Optional.of(worker.chip())), "a wrong chip", assigned);
            tasks.values().stream().filter(other -> SpreadSearch.of(other.spec).equals(SpreadSearch.of(task.spec))
                    && (other.running.isPresent() || other.succeeded)).forEach(other -> require(
                    other.last.orElseThrow().chip().equals(assigned.chip()), "a search on two chips", assigned));
        }
    }

    /// A part of a search builds on exactly what the rounds before it measured, each configuration once a round.
    void check(CoordinatorMessage.Assignment assignment) {
        TaskModel task = tasks.get(assignment.attempt().task());
        Optional<String> search = SpreadSearch.of(task.spec);
        int round = round(task);
        List<Trial> expected = new ArrayList<>();
        Map<Integer, List<String>> byRound = new TreeMap<>();
        tasks.values().stream().filter(other -> search.isPresent() && SpreadSearch.of(other.spec).equals(search)
                && round(other) < round).forEach(other -> {
                    expected.addAll(other.trials);
                    other.trials.forEach(trial -> byRound.computeIfAbsent(round(other), _ -> new ArrayList<>())
                            .add(trial.configuration().get("a")));
                });
        List<Trial> given = assignment.job().shares().stream().flatMap(share -> share.trials().stream()).toList();
        require(given.size() == expected.size() && given.containsAll(expected), "other trials than measured",
                assignment);
        byRound.forEach((number, values) -> require(values.size() == Set.copyOf(values).size(),
                "a configuration counts twice", assignment));
        if (!byRound.isEmpty()) {
            List<String> all = task.spec.tune().orElseThrow().parameters().getFirst().values();
            require(Set.copyOf(byRound.get(1)).size() == Math.min(all.size(), task.spec.tune().get().firstRound()),
                    "a configuration is left out", assignment);
        }
    }

    private static int round(TaskModel task) {
        return task.spec.tune().flatMap(TuneSpec::share).map(TuneSpec.Share::round).orElse(Integer.MAX_VALUE);
    }

    private static void endOrRetry(TaskModel task, boolean again, RoadmapEvent event) {
        task.running = Optional.empty();
        if (!again) {
            end(task, event);
        }
    }

    private static void end(TaskModel task, RoadmapEvent event) {
        require(!task.ended, "ended twice", event);
        task.ended = true;
    }

    private static void reopen(TaskModel task, RoadmapEvent event) {
        require(task.ended, "reopened before its end", event);
        task.ended = false;
        task.succeeded = false;
    }

    private void part(String worker, RoadmapEvent event) {
        online.remove(worker);
        for (TaskModel task : tasks.values()) {
            require(task.running.filter(running -> running.worker().equals(worker)).isEmpty(),
                    "a worker parted with work in hand", event);
        }
    }

    /// Whether the log holds the end of the task's last run.
    boolean ended(String task) {
        return tasks.get(task).ended;
    }

    private static void require(boolean condition, String fault, Object event) {
        if (!condition) {
            throw new AssertionError(fault + ": " + event);
        }
    }
}
