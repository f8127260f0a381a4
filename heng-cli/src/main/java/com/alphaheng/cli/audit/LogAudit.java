package com.alphaheng.cli.audit;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Checks the log of a campaign fact by fact, by a model that shares no code with the coordinator, and gathers from it
/// how long things took.
///
/// Made for campaigns to which tasks are only added: edits, pauses and cancellations are not modelled.
public final class LogAudit {
    /// A worker's process start that ended: declared lost, left, or replaced by another one.
    public record Gone(String worker, String incarnation, Instant at) {
    }

    /// An attempt that lost its worker, and when its task was given to another one; empty if it never was.
    public record Loss(String attempt, String worker, String incarnation, Instant assignedAt, Instant lostAt,
                       Optional<Instant> reassignedAt) {
    }

    /// A coordinator that became the active one.
    public record TakeOver(String instance, Instant at) {
    }

    private static final class Task {
        private final List<String> dependencies = new ArrayList<>();
        private Optional<Running> running = Optional.empty();
        private Optional<Running> lost = Optional.empty();
        private Instant lostAt = Instant.EPOCH;
        private int epoch;
        private int successes;
        private boolean failed;
    }

    private record Running(String attempt, String worker, String incarnation, Instant at) {
    }

    private static final class Worker {
        private String incarnation = "";
        private boolean present;
        private int slots;
        private final Set<String> running = new HashSet<>();
    }

    private final String campaign;
    private final Optional<Set<String>> worked;
    private final Map<String, Task> tasks = new LinkedHashMap<>();
    private final Map<String, Worker> workers = new HashMap<>();
    private final List<String> faults = new ArrayList<>();
    private final List<Loss> losses = new ArrayList<>();
    private final List<Gone> gone = new ArrayList<>();
    private final List<TakeOver> takeOvers = new ArrayList<>();
    private long facts;
    private int assignments;
    private int reopened;

    /// @param worked the attempts, as `campaign/task#epoch`, that workers say they have really brought to an end;
    ///               absent where nobody kept such a list
    public LogAudit(String campaign, Optional<Set<String>> worked) {
        this.campaign = campaign;
        this.worked = worked;
    }

    /// Takes the next fact.
    public void accept(JsonNode fact) {
        facts++;
        Instant at = Instant.parse(fact.path("at").asText());
        String type = fact.path("type").asText();
        switch (type) {
            case "TaskAdded" -> {
                if (fact.path("campaign").asText().equals(campaign)) {
                    Task task = new Task();
                    fact.path("task").path("dependencies").forEach(name -> task.dependencies.add(name.asText()));
                    require(tasks.put(fact.path("task").path("name").asText(), task) == null, "added twice", fact);
                }
            }
            case "TaskReopened" -> {
                Task task = tasks.get(fact.path("task").asText());
                if (fact.path("campaign").asText().equals(campaign)) {
                    require(task.failed, "reopened before its end", fact);
                    task.failed = false;
                    task.successes = 0;
                    reopened++;
                }
            }
            case "WorkerJoined" -> join(fact, at);
            case "WorkerLost", "WorkerLeft" -> part(fact, at);
            case "CoordinatorTookOver" -> takeOvers.add(new TakeOver(fact.path("instance").asText(), at));
            default -> {
                JsonNode attempt = fact.path("attempt");
                Task task = tasks.get(attempt.path("task").asText());
                if (attempt.isObject() && attempt.path("campaign").asText().equals(campaign)) {
                    require(task != null, "an attempt at a task that is not there", fact);
                    attempt(type, task, attempt, fact, at);
                }
            }
        }
    }

    private void attempt(String type, Task task, JsonNode attempt, JsonNode fact, Instant at) {
        String id = campaign + "/" + attempt.path("task").asText() + "#" + attempt.path("epoch").asInt();
        if (type.equals("AttemptAssigned")) {
            assign(task, id, attempt.path("epoch").asInt(), fact, at);
            return;
        }
        boolean current = task.running.map(running -> running.attempt().equals(id)).orElse(false);
        require(current, "a stale epoch counts", fact);
        if (!current || type.equals("AttemptStageReached")) {
            return;
        }
        worker(task.running.get().worker()).running.remove(id);
        switch (type) {
            case "AttemptSucceeded" -> {
                task.successes++;
                require(task.successes == 1, "succeeded twice", fact);
                require(worked.map(ends -> ends.contains(id)).orElse(true), "a success nobody has achieved", fact);
            }
            case "AttemptFailed" -> task.failed = !fact.hasNonNull("retryAt");
            case "AttemptLost" -> {
                task.failed = !fact.hasNonNull("retryAt");
                task.lost = task.running;
                task.lostAt = at;
            }
            default -> require(false, "unknown kind of fact", fact);
        }
        task.running = Optional.empty();
    }

    private void assign(Task task, String id, int epoch, JsonNode fact, Instant at) {
        assignments++;
        Worker worker = worker(fact.path("worker").asText());
        require(worker.incarnation.equals(fact.path("incarnation").asText()), "assigned to a ghost", fact);
        require(task.running.isEmpty(), "assigned while it runs", fact);
        require(task.successes == 0 && !task.failed, "assigned after its end", fact);
        require(epoch > task.epoch, "an epoch was used twice", fact);
        for (String dependency : task.dependencies) {
            require(tasks.get(dependency).successes == 1, "assigned before " + dependency + " succeeded", fact);
        }
        require(worker.running.size() < worker.slots, "more attempts than slots", fact);
        worker.running.add(id);
        task.epoch = epoch;
        task.running = Optional.of(new Running(id, fact.path("worker").asText(), worker.incarnation, at));
        task.lost.ifPresent(lost -> losses.add(new Loss(lost.attempt(), lost.worker(), lost.incarnation(), lost.at(),
                task.lostAt, Optional.of(at))));
        task.lost = Optional.empty();
    }

    private Worker worker(String id) {
        return workers.computeIfAbsent(id, key -> new Worker());
    }

    private void join(JsonNode fact, Instant at) {
        String id = fact.path("worker").asText();
        Worker worker = worker(id);
        String incarnation = fact.path("incarnation").asText();
        if (worker.present && !worker.incarnation.equals(incarnation)) {
            gone.add(new Gone(id, worker.incarnation, at));
            require(worker.running.isEmpty(), "replaced with work in hand", fact);
        }
        worker.present = true;
        worker.incarnation = incarnation;
        worker.slots = fact.path("profile").path("slots").asInt();
    }

    private void part(JsonNode fact, Instant at) {
        String id = fact.path("worker").asText();
        Worker worker = worker(id);
        worker.present = false;
        gone.add(new Gone(id, worker.incarnation, at));
        require(worker.running.isEmpty(), "a worker parted with work in hand", fact);
    }

    private void require(boolean condition, String fault, JsonNode fact) {
        if (!condition) {
            faults.add(fault + ": " + fact);
        }
    }

    /// What the log holds that must never be; empty if all is well.
    public List<String> faults() {
        return List.copyOf(faults);
    }

    /// Facts of the whole log.
    public long facts() {
        return facts;
    }

    public int tasks() {
        return tasks.size();
    }

    public int assignments() {
        return assignments;
    }

    /// How often somebody asked for another try of a task that had failed.
    public int reopened() {
        return reopened;
    }

    /// Tasks that succeeded exactly once.
    public int succeededOnce() {
        return (int) tasks.values().stream().filter(task -> task.successes == 1).count();
    }

    public int succeededTwice() {
        return (int) tasks.values().stream().filter(task -> task.successes > 1).count();
    }

    /// Attempts that lost their worker, in the order of their reassignment; those never given to another come last.
    public List<Loss> losses() {
        List<Loss> all = new ArrayList<>(losses);
        tasks.values().forEach(task -> task.lost.ifPresent(lost -> all.add(new Loss(lost.attempt(), lost.worker(),
                lost.incarnation(), lost.at(), task.lostAt, Optional.empty()))));
        return all;
    }

    public List<Gone> gone() {
        return List.copyOf(gone);
    }

    public List<TakeOver> takeOvers() {
        return List.copyOf(takeOvers);
    }
}
