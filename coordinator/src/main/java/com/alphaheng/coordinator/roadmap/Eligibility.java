package com.alphaheng.coordinator.roadmap;

import com.alphaheng.protocol.WorkerProfile;
import com.alphaheng.spec.Requirements;
import com.alphaheng.spec.TaskKind;
import com.alphaheng.spec.TaskSpec;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a task asks of a worker. Tasks that ask for the same share one pool of workers.
///
/// @param verifiable whether there is a verify command, so that a worker without agents can at least run that
/// @param chip       the one that has begun to measure the search that the task belongs to
public record Eligibility(TaskKind kind, Requirements requires, List<String> backends, boolean verifiable,
                          Optional<String> chip) {
    private static final String CHIP = "chip";

    public static Eligibility of(TaskSpec task) {
        return new Eligibility(task.kind(), task.requires(), task.backends(), task.verifyCommand().isPresent(),
                Optional.empty());
    }

    Eligibility on(Optional<String> otherChip) {
        return new Eligibility(kind, requires, backends, verifiable, otherChip);
    }

    /// What the worker's machine is, as far as measurements of the same program compare; empty text if it does not say.
    static String chipOf(WorkerProfile worker) {
        return worker.labels().getOrDefault(CHIP, "");
    }

    /// Whether a task of this sort must have its worker to itself, since anything beside it would disturb a
    /// measurement.
    public boolean exclusive() {
        return kind == TaskKind.BENCHMARK || kind == TaskKind.TUNE;
    }

    /// The first thing the worker lacks, as a phrase that follows its name; empty if it can take the task.
    public Optional<String> objection(WorkerProfile worker) {
        for (Map.Entry<String, String> wanted : requires.labels().entrySet()) {
            String has = worker.labels().get(wanted.getKey());
            if (!wanted.getValue().equals(has)) {
                return Optional.of("has " + (has == null ? "no label " + wanted.getKey() : wanted.getKey() + "=" + has)
                        + ", the task requires " + wanted.getKey() + "=" + wanted.getValue());
            }
        }
        if (chip.filter(measured -> !measured.equals(chipOf(worker))).isPresent()) {
            return Optional.of("has " + CHIP + "=" + chipOf(worker) + ", but this search was begun on " + CHIP + "="
                    + chip.get() + " (cancel the search and retry it to measure it anew elsewhere)");
        }
        if (worker.gpuCores() < requires.gpuCores()) {
            return Optional.of("has " + worker.gpuCores() + " GPU cores, the task requires " + requires.gpuCores());
        }
        if (worker.memoryBytes() < requires.memoryBytes()) {
            return Optional.of("has " + worker.memoryBytes() + " bytes of memory, the task requires "
                    + requires.memoryBytes());
        }
        if (kind == TaskKind.AGENT) {
            return agentObjection(worker);
        }
        return worker.kinds().contains(kind) ? Optional.empty()
                : Optional.of("takes no tasks of kind " + kind.word());
    }

    private Optional<String> agentObjection(WorkerProfile worker) {
        if (!backends.isEmpty()) {
            return namedObjection(worker);
        }
        if (worker.generalAgents().isEmpty()) {
            return verifiable && worker.kinds().contains(TaskKind.VERIFY) ? Optional.empty()
                    : Optional.of("has no agent backend configured" + (verifiable
                            ? " and takes no tasks of kind verify"
                            : ", and the task has no verify_command that could run alone"));
        }
        if (!worker.kinds().contains(TaskKind.AGENT)) {
            return Optional.of("takes no tasks of kind agent");
        }
        return Optional.empty();
    }

    /// A task that names its backends goes where one of them is, and nowhere else.
    private Optional<String> namedObjection(WorkerProfile worker) {
        if (!worker.kinds().contains(TaskKind.AGENT)) {
            return Optional.of("takes no tasks of kind agent");
        }
        return !Collections.disjoint(backends, worker.agents()) ? Optional.empty()
                : Optional.of("has " + (worker.agents().isEmpty() ? "no agent backend"
                : "the agent backends " + worker.agents()) + ", the task asks for " + backends);
    }

    /// Workers that can do all of the task come before those that can only verify it.
    int preference(WorkerProfile worker) {
        return kind == TaskKind.AGENT && backends.isEmpty() && worker.generalAgents().isEmpty() ? 1 : 0;
    }
}
