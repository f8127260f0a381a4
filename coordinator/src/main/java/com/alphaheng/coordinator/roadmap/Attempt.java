package com.alphaheng.coordinator.roadmap;

import com.alphaheng.protocol.AttemptId;
import com.alphaheng.protocol.AttemptResult;
import java.time.Instant;
import java.util.Optional;

/// One try at a task, from its assignment on. Read by anyone on the shard; changed by [RoadmapState#replay] only.
public final class Attempt {
    /// How far an attempt got.
    public enum Fate {
        RUNNING, SUCCEEDED, FAILED, LOST, CANCELLED
    }

    private final AttemptId id;
    private final String worker;
    private final String incarnation;
    private final Instant assignedAt;
    private final boolean exclusive;
    private final Optional<String> backend;
    private final Optional<String> chip;
    private Optional<Instant> startedAt = Optional.empty();
    private Optional<Instant> finishedAt = Optional.empty();
    private String stage = "assigned";
    private Fate fate = Fate.RUNNING;
    private String reason = "";
    private Optional<AttemptResult> result = Optional.empty();

    Attempt(AttemptId id, String worker, String incarnation, Instant assignedAt, boolean exclusive,
            Optional<String> backend, Optional<String> chip) {
        this.id = id;
        this.worker = worker;
        this.incarnation = incarnation;
        this.assignedAt = assignedAt;
        this.exclusive = exclusive;
        this.backend = backend;
        this.chip = chip;
    }

    Attempt(AttemptId id, RoadmapImage.OfAttempt image, SharedValues shared) {
        this(id, shared.of(image.worker()), shared.of(image.incarnation()), image.assignedAt(), image.exclusive(),
                shared.of(image.backend()), shared.of(image.chip()));
        startedAt = image.startedAt();
        finishedAt = image.finishedAt();
        stage = shared.of(image.stage());
        fate = image.fate();
        reason = shared.of(image.reason());
        result = shared.of(image.result());
    }

    RoadmapImage.OfAttempt image() {
        return new RoadmapImage.OfAttempt(id.epoch(), worker, incarnation, assignedAt, exclusive, backend, chip,
                startedAt, finishedAt, stage, fate, reason, result);
    }

    void reach(String newStage, Instant at) {
        stage = newStage;
        if (startedAt.isEmpty()) {
            startedAt = Optional.of(at);
        }
    }

    void end(Fate newFate, String why, Optional<AttemptResult> ownResult, Instant at) {
        fate = newFate;
        reason = why;
        result = ownResult;
        finishedAt = Optional.of(at);
    }

    public AttemptId id() {
        return id;
    }

    public String worker() {
        return worker;
    }

    public String incarnation() {
        return incarnation;
    }

    public Instant assignedAt() {
        return assignedAt;
    }

    /// Whether it has its worker to itself.
    public boolean exclusive() {
        return exclusive;
    }

    /// The limited backend it counts against.
    public Optional<String> backend() {
        return backend;
    }

    /// Of the worker's machine; only for searches that are spread over workers.
    public Optional<String> chip() {
        return chip;
    }

    /// When the worker first reported a stage.
    public Optional<Instant> startedAt() {
        return startedAt;
    }

    public Optional<Instant> finishedAt() {
        return finishedAt;
    }

    public String stage() {
        return stage;
    }

    public Fate fate() {
        return fate;
    }

    /// Why it ended as it did; empty while it runs and on success.
    public String reason() {
        return reason;
    }

    /// What the worker reported; empty while it runs, and for lost and cancelled attempts.
    public Optional<AttemptResult> result() {
        return result;
    }
}
