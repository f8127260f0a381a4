package com.alphaheng.coordinator.roadmap;

import com.alphaheng.spec.TaskSpec;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A campaign: its tasks and how they hang together. Read by anyone on the shard; changed by [RoadmapState#replay]
/// only.
///
/// Each task counts its unmet and dead dependencies, so that a change of one task costs as much as it has dependents.
public final class Campaign {
    /// Told when a task changes its status, and when it starts or stops being ready.
    interface ReadyListener {
        void nowReady(Task task);

        void noLongerReady(Task task);

        void moved(Task task, Transitions.Row row);
    }

    private final String name;
    private final Instant openedAt;
    private final ReadyListener listener;
    private final SharedValues shared;
    private final Map<String, Task> tasks = new LinkedHashMap<>();
    private final Map<TaskStatus, Integer> counts = new EnumMap<>(TaskStatus.class);
    private final Set<Task> runningWithTouches = new LinkedHashSet<>();
    private boolean paused;
    private String submission = "";
    private Optional<String> commit = Optional.empty();
    private Optional<Instant> startedAt = Optional.empty();
    private Instant changedAt;
    private long definitionVersion;
    private Optional<String> lastMeasuredOn = Optional.empty();
    private final SubmissionDiff.Collected collected = new SubmissionDiff.Collected();
    private Optional<SubmissionRecord> lastSubmission = Optional.empty();

    Campaign(String name, Instant openedAt, SharedValues shared, ReadyListener listener) {
        this.name = name;
        this.openedAt = openedAt;
        this.changedAt = openedAt;
        this.listener = listener;
        this.shared = shared;
        for (TaskStatus status : TaskStatus.values()) {
            counts.put(status, 0);
        }
    }

    void submitted(RoadmapEvent.SubmissionAccepted accepted) {
        submission = accepted.submission();
        commit = accepted.commit();
        lastSubmission = Optional.of(new SubmissionRecord(accepted.submission(), accepted.actor(), accepted.at(),
                accepted.files(), collected.take(tasks.keySet())));
    }

    /// The facts of a submission come one by one; together they are what it changed.
    SubmissionDiff.Collected collected() {
        return collected;
    }

    void measuredOn(String worker) {
        lastMeasuredOn = Optional.of(worker);
    }

    RoadmapImage.OfCampaign image() {
        return new RoadmapImage.OfCampaign(name, openedAt, paused, submission, commit, startedAt, changedAt,
                definitionVersion, lastMeasuredOn, lastSubmission);
    }

    void resume(RoadmapImage.OfCampaign image) {
        paused = image.paused();
        submission = image.submission();
        commit = image.commit();
        startedAt = image.startedAt();
        changedAt = image.changedAt();
        definitionVersion = image.definitionVersion();
        lastMeasuredOn = image.lastMeasuredOn();
        lastSubmission = image.lastSubmission();
    }

    /// Adds a task of a snapshot as it is, not linked to any other yet.
    Task resume(RoadmapImage.OfTask image) {
        Task task = new Task(this, image);
        tasks.put(task.name(), task);
        counts.merge(task.status(), 1, Integer::sum);
        return task;
    }

    /// Takes note of a running task of a snapshot, in the order of assignment.
    void resumeRunning(Task task) {
        if (!task.spec().touches().isEmpty()) {
            runningWithTouches.add(task);
        }
    }

    void pause(boolean newPaused) {
        paused = newPaused;
    }

    void touch(Instant at) {
        changedAt = at;
    }

    void started(Instant at) {
        if (startedAt.isEmpty()) {
            startedAt = Optional.of(at);
        }
    }

    /// Adds a task whose dependencies may come later in the same batch; [#link] must follow.
    Task add(long order, TaskSpec spec) {
        Task task = new Task(this, order, shared(spec));
        if (tasks.put(task.name(), task) != null) {
            throw new AssertionError("task added twice: " + task);
        }
        counts.merge(TaskStatus.WAITING, 1, Integer::sum);
        definitionVersion++;
        return task;
    }

    /// Gives the task another definition. Its dependencies are linked anew by [#link].
    void redefine(Task task, TaskSpec spec) {
        TaskSpec own = shared(spec);
        if (task.status() == TaskStatus.READY) {
            listener.noLongerReady(task);
            task.define(own);
            listener.nowReady(task);
        } else {
            task.define(own);
        }
        definitionVersion++;
    }

    /// An equal definition that shares what others have too.
    TaskSpec shared(TaskSpec spec) {
        return shared.of(spec, name -> {
            Task known = tasks.get(name);
            return known == null ? name : known.name();
        });
    }

    /// Where its tasks and attempts find what they have in common with others.
    SharedValues shared() {
        return shared;
    }

    /// Connects the task with the dependencies it names and settles its status.
    void link(Task task) {
        task.mutableDependencies().forEach(dependency -> dependency.mutableDependents().remove(task));
        task.mutableDependencies().clear();
        task.unmetDependencies = 0;
        task.deadDependencies = 0;
        for (String wanted : task.spec().dependencies()) {
            Task dependency = tasks.get(wanted);
            if (dependency == null) {
                throw new AssertionError("the log names a dependency that is not there: " + wanted);
            }
            task.mutableDependencies().add(dependency);
            dependency.mutableDependents().add(task);
            task.unmetDependencies += dependency.status() == TaskStatus.SUCCEEDED ? 0 : 1;
            task.deadDependencies += dependency.status().dead() ? 1 : 0;
        }
        settle(task);
    }

    void remove(Task task) {
        task.mutableDependencies().forEach(dependency -> dependency.mutableDependents().remove(task));
        if (task.status() == TaskStatus.READY) {
            listener.noLongerReady(task);
        }
        counts.merge(task.status(), -1, Integer::sum);
        tasks.remove(task.name());
        definitionVersion++;
    }

    /// Moves the task along a row of the table, and its dependents with it.
    void apply(Task task, TaskTrigger trigger) {
        TaskStatus before = task.status();
        step(task, trigger);
        spread(task, before);
        settle(task);
    }

    /// Brings a task that waits, is ready or skipped in line with its dependencies, and its dependents after it.
    private void settle(Task first) {
        Deque<Task> unsettled = new ArrayDeque<>();
        unsettled.add(first);
        while (!unsettled.isEmpty()) {
            Task task = unsettled.poll();
            TaskStatus before = task.status();
            Optional<TaskTrigger> trigger = nextTrigger(task);
            while (trigger.isPresent()) {
                step(task, trigger.get());
                trigger = nextTrigger(task);
            }
            if (countDependents(task, before)) {
                unsettled.addAll(task.dependents());
            }
        }
    }

    private void spread(Task task, TaskStatus before) {
        if (countDependents(task, before)) {
            task.dependents().forEach(this::settle);
        }
    }

    private static boolean countDependents(Task task, TaskStatus before) {
        int unmet = (before == TaskStatus.SUCCEEDED ? 1 : 0) - (task.status() == TaskStatus.SUCCEEDED ? 1 : 0);
        int dead = (task.status().dead() ? 1 : 0) - (before.dead() ? 1 : 0);
        if (unmet == 0 && dead == 0) {
            return false;
        }
        for (Task dependent : task.dependents()) {
            dependent.unmetDependencies += unmet;
            dependent.deadDependencies += dead;
        }
        return true;
    }

    private static Optional<TaskTrigger> nextTrigger(Task task) {
        boolean dead = task.deadDependencies > 0;
        boolean met = task.unmetDependencies == 0;
        return switch (task.status()) {
            case WAITING -> dead ? Optional.of(TaskTrigger.DEPENDENCY_DIED)
                    : met ? Optional.of(TaskTrigger.DEPENDENCIES_MET) : Optional.empty();
            case READY -> met ? Optional.empty() : Optional.of(TaskTrigger.DEPENDENCY_REOPENED);
            case SKIPPED -> dead ? Optional.empty() : Optional.of(TaskTrigger.DEPENDENCY_REOPENED);
            case RUNNING, SUCCEEDED, FAILED, CANCELLED -> Optional.empty();
        };
    }

    private void step(Task task, TaskTrigger trigger) {
        Transitions.Row row = Transitions.of(task.status(), trigger);
        if (row.from() == TaskStatus.READY) {
            listener.noLongerReady(task);
        }
        counts.merge(row.from(), -1, Integer::sum);
        counts.merge(row.to(), 1, Integer::sum);
        task.status(row.to());
        listener.moved(task, row);
        if (row.to() == TaskStatus.RUNNING && !task.spec().touches().isEmpty()) {
            runningWithTouches.add(task);
        } else if (row.from() == TaskStatus.RUNNING) {
            runningWithTouches.remove(task);
        }
        if (row.to() == TaskStatus.READY) {
            listener.nowReady(task);
        }
    }

    /// The running task whose edits could overlap with these globs.
    Optional<Task> touching(List<String> globs) {
        return globs.isEmpty() ? Optional.empty() : runningWithTouches.stream()
                .filter(task -> Touches.overlap(task.spec().touches(), globs)).findFirst();
    }

    public String name() {
        return name;
    }

    public Instant openedAt() {
        return openedAt;
    }

    /// When the first attempt was assigned.
    public Optional<Instant> startedAt() {
        return startedAt;
    }

    /// When something last happened in it.
    public Instant changedAt() {
        return changedAt;
    }

    /// Grows whenever a task is added, changed or removed.
    public long definitionVersion() {
        return definitionVersion;
    }

    /// Who submitted last, and what that changed.
    public Optional<SubmissionRecord> lastSubmission() {
        return lastSubmission;
    }

    /// The worker of the last benchmark that ended with a result.
    Optional<String> lastMeasuredOn() {
        return lastMeasuredOn;
    }

    public boolean paused() {
        return paused;
    }

    /// Content hash of the last submission.
    public String submission() {
        return submission;
    }

    /// The commit its attempts are made from; empty means the tip of the worker's repository.
    public Optional<String> commit() {
        return commit;
    }

    public Collection<Task> tasks() {
        return Collections.unmodifiableCollection(tasks.values());
    }

    public Optional<Task> task(String task) {
        return Optional.ofNullable(tasks.get(task));
    }

    public int count(TaskStatus status) {
        return counts.get(status);
    }

    /// Whether every task has ended.
    public boolean finished() {
        return count(TaskStatus.WAITING) + count(TaskStatus.READY) + count(TaskStatus.RUNNING) == 0;
    }
}
