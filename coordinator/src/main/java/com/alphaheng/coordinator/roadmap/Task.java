package com.alphaheng.coordinator.roadmap;

import com.alphaheng.protocol.AttemptId;
import com.alphaheng.spec.TaskSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// A task of a campaign and its history. Read by anyone on the shard; changed by [RoadmapState#replay] only.
public final class Task {
    /// Urgency (priority less what waiting has earned), then submission order.
    static final Comparator<Task> BY_URGENCY =
            Comparator.<Task>comparingInt(task -> task.rank).thenComparingLong(task -> task.order);

    private static final int WARM_DEPENDENCIES = 8;

    private final Campaign campaign;
    private final long order;
    private TaskSpec spec;
    private TaskStatus status = TaskStatus.WAITING;
    // Most hold one or two; a list made without a size takes room for ten with its first element.
    private final List<Task> dependencies = new ArrayList<>(0);
    private final List<Task> dependents = new ArrayList<>(0);
    private final List<Attempt> attempts = new ArrayList<>(0);
    private String note = "";
    private Eligibility eligibility;

    int rank;
    int unmetDependencies;
    int deadDependencies;
    int failures;
    int losses;
    Optional<Instant> notBefore = Optional.empty();
    Optional<Instant> readySince = Optional.empty();

    Task(Campaign campaign, long order, TaskSpec spec) {
        this.campaign = campaign;
        this.order = order;
        define(spec);
    }

    Task(Campaign campaign, RoadmapImage.OfTask image) {
        this(campaign, image.order(), campaign.shared(image.spec()));
        status = image.status();
        note = image.note();
        failures = image.failures();
        losses = image.losses();
        notBefore = image.notBefore();
        readySince = image.readySince();
        image.attempts().forEach(attempt -> attempts.add(new Attempt(
                new AttemptId(campaign.name(), name(), attempt.epoch()), attempt, campaign.shared())));
    }

    RoadmapImage.OfTask image() {
        return new RoadmapImage.OfTask(campaign.name(), order, spec, status, note, failures, losses, notBefore,
                readySince, attempts.stream().map(Attempt::image).toList(),
                dependents.stream().map(Task::name).toList());
    }

    void define(TaskSpec newSpec) {
        spec = newSpec;
        rank = newSpec.priority().ordinal();
        eligibility = campaign.shared().of(Eligibility.of(newSpec));
    }

    /// Only for workers of this chip from now on; [#define] lifts it.
    void bind(Optional<String> chip) {
        eligibility = eligibility.on(chip);
    }

    void status(TaskStatus newStatus) {
        status = newStatus;
    }

    void note(String newNote) {
        note = newNote;
    }

    void add(Attempt attempt) {
        attempts.add(attempt);
    }

    List<Task> mutableDependencies() {
        return dependencies;
    }

    List<Task> mutableDependents() {
        return dependents;
    }

    Eligibility eligibility() {
        return eligibility;
    }

    public Campaign campaign() {
        return campaign;
    }

    public String name() {
        return spec.name();
    }

    /// Place in submission order over all campaigns.
    public long order() {
        return order;
    }

    public TaskSpec spec() {
        return spec;
    }

    public TaskStatus status() {
        return status;
    }

    public List<Task> dependencies() {
        return Collections.unmodifiableList(dependencies);
    }

    public List<Task> dependents() {
        return Collections.unmodifiableList(dependents);
    }

    /// All attempts so far, oldest first; the last one is the running one, if any.
    public List<Attempt> attempts() {
        return Collections.unmodifiableList(attempts);
    }

    public Optional<Attempt> lastAttempt() {
        return attempts.isEmpty() ? Optional.empty() : Optional.of(attempts.getLast());
    }

    /// The attempt that holds the lease.
    public Optional<Attempt> runningAttempt() {
        return status == TaskStatus.RUNNING ? lastAttempt() : Optional.empty();
    }

    /// The epoch of the last attempt; 0 if there was none.
    public int epoch() {
        return attempts.isEmpty() ? 0 : attempts.getLast().id().epoch();
    }

    AttemptId nextAttemptId() {
        return new AttemptId(campaign.name(), name(), epoch() + 1);
    }

    /// Workers that have something of this task ready (a measured base, a build), most useful first.
    List<String> warmWorkers() {
        List<String> warm = new ArrayList<>();
        if (eligibility.exclusive()) {
            campaign.lastMeasuredOn().ifPresent(warm::add);
        }
        lastAttempt().ifPresent(attempt -> warm.add(attempt.worker()));
        dependencies.stream().limit(WARM_DEPENDENCIES).forEach(dependency -> dependency.lastAttempt()
                .ifPresent(attempt -> warm.add(attempt.worker())));
        return warm;
    }

    /// What was last said about it by whoever cancelled or reopened it; may be empty.
    public String note() {
        return note;
    }

    /// Failed attempts that counted against the retry budget.
    public int failures() {
        return failures;
    }

    /// Attempts lost with their worker since the task was last reopened.
    public int losses() {
        return losses;
    }

    /// Until when a retry waits.
    public Optional<Instant> notBefore() {
        return notBefore;
    }

    @Override
    public String toString() {
        return campaign.name() + "/" + name() + " " + status;
    }
}
