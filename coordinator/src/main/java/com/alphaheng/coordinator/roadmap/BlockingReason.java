package com.alphaheng.coordinator.roadmap;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Answers "why is this task in its state?" with one line: the one thing that has to change first.
///
/// One instance answers for many tasks of one moment, since what no worker can do is the same for all tasks that ask
/// for it.
public final class BlockingReason {
    private final RoadmapState state;
    private final Instant now;
    private final Map<Eligibility, String> noWorker = new HashMap<>();

    public BlockingReason(RoadmapState state, Instant now) {
        this.state = state;
        this.now = now;
    }

    /// The reason as a sentence fragment without a final stop.
    public String of(Task task) {
        return switch (task.status()) {
            case WAITING -> waiting(task);
            case READY -> ready(task);
            case RUNNING -> task.runningAttempt().map(attempt -> attempt.stage() + " on " + attempt.worker()
                    + ", attempt " + attempt.id().epoch()).orElseThrow();
            case SUCCEEDED -> task.lastAttempt().map(attempt -> "succeeded in attempt " + attempt.id().epoch() + " on "
                    + attempt.worker()).orElseThrow();
            case FAILED -> task.lastAttempt().map(attempt -> "attempt " + attempt.id().epoch() + " on "
                    + attempt.worker() + ": " + attempt.reason()).orElseThrow();
            case SKIPPED -> skipped(task);
            case CANCELLED -> task.note();
        };
    }

    /// What a person has to change before anything of the campaign goes on, with the remedy; empty while something
    /// runs, can start, or only waits for time to pass, and when nothing is left.
    public Optional<String> standstill(Campaign campaign) {
        if (campaign.finished() || campaign.count(TaskStatus.RUNNING) > 0) {
            return Optional.empty();
        }
        if (campaign.paused()) {
            return Optional.of("it is paused: ./heng resume -c " + campaign.name());
        }
        String first = "";
        for (Task task : campaign.tasks()) {
            if (task.status() != TaskStatus.READY) {
                continue;
            }
            Optional<String> obstacle = lasting(task);
            if (obstacle.isEmpty()) {
                return Optional.empty();
            }
            first = first.isEmpty() ? task.name() + ": " + obstacle.get() : first;
        }
        return first.isEmpty() ? Optional.empty() : Optional.of(first
                + andMore(campaign.count(TaskStatus.READY) - 1, "task", "tasks"));
    }

    /// What keeps a ready task from starting even if all workers were idle.
    private Optional<String> lasting(Task task) {
        Limits limits = state.administration().limits();
        if (limits.campaignFull(task.campaign())) {
            return Optional.of(limited(LimitScope.CAMPAIGN, task.campaign().name()));
        }
        String impossible = noWorker.computeIfAbsent(task.eligibility(), this::nobodyCan);
        if (!impossible.isEmpty()) {
            return Optional.of(impossible);
        }
        Optional<String> closed = state.ready().fullBackend(task)
                .filter(backend -> limits.of(LimitScope.BACKEND, backend).orElseThrow() == 0);
        return closed.isPresent() ? closed.map(backend -> limited(LimitScope.BACKEND, backend)) : unmanned(task);
    }

    /// What keeps every worker able to run the task from taking anything.
    private Optional<String> unmanned(Task task) {
        Set<Worker> accepting = state.ready().accepting(task);
        if (accepting.stream().anyMatch(worker -> worker.capacity() > 0)) {
            return Optional.empty();
        }
        return accepting.stream().findFirst().map(first -> first.profile().paused()
                .map(why -> first.id() + " takes nothing new: " + why
                        + andMore(accepting.size() - 1, "worker is full", "workers are full"))
                .orElseGet(() -> limited(LimitScope.WORKER, first.id())));
    }

    private static String waiting(Task task) {
        List<Task> open = task.dependencies().stream()
                .filter(dependency -> dependency.status() != TaskStatus.SUCCEEDED).toList();
        Task first = open.getFirst();
        return "waits for " + first.name() + " (" + first.status() + ")" + andMore(open.size() - 1, "dependency",
                "dependencies");
    }

    private static String skipped(Task task) {
        Task dead = OperatorRules.deadDependency(task);
        return "needs " + dead.name() + ", which is " + dead.status() + ": retry that one";
    }

    private String ready(Task task) {
        if (task.campaign().paused()) {
            return "campaign " + task.campaign().name() + " is paused: ./heng resume -c " + task.campaign().name();
        }
        Limits limits = state.administration().limits();
        if (limits.campaignFull(task.campaign())) {
            return limited(LimitScope.CAMPAIGN, task.campaign().name());
        }
        Optional<Instant> notBefore = task.notBefore();
        if (notBefore.isPresent()) {
            long seconds = Math.max(0, Duration.between(now, notBefore.get()).toSeconds());
            return "next try in " + seconds + " s, after: " + task.lastAttempt().map(Attempt::reason).orElse("");
        }
        String impossible = noWorker.computeIfAbsent(task.eligibility(), this::nobodyCan);
        if (!impossible.isEmpty()) {
            return impossible;
        }
        Optional<Task> editing = task.campaign().touching(task.spec().touches());
        if (editing.isPresent()) {
            return "edits the same files as " + editing.get().name() + ", which is running";
        }
        Optional<String> backend = state.ready().fullBackend(task);
        if (backend.isPresent()) {
            return limited(LimitScope.BACKEND, backend.get());
        }
        Optional<Worker> awaited = state.ready().awaited(task, now);
        if (awaited.isPresent()) {
            return "waits up to " + ReadyIndex.WARM_PATIENCE.toSeconds() + " s for " + awaited.get().id()
                    + ", which measured this campaign before";
        }
        Optional<String> unmanned = unmanned(task);
        if (unmanned.isPresent()) {
            return unmanned.get();
        }
        int able = state.ready().accepting(task).size();
        return task.eligibility().exclusive()
                ? "waits for a worker of its own: none of the " + able + " able to run it is idle"
                : "waits for a free slot on " + (able == 1 ? "the one worker" : "one of the " + able + " workers")
                + " able to run it";
    }

    private String limited(LimitScope scope, String name) {
        int most = state.administration().limits().of(scope, name).orElseThrow();
        return scope.word() + " " + name + " is at its limit of " + most + (most == 1 ? " attempt" : " attempts")
                + " at once: wait, or raise it with ./heng limit " + scope.word() + " " + name + " N";
    }

    private String nobodyCan(Eligibility eligibility) {
        List<Worker> online = state.workers().stream()
                .filter(worker -> worker.presence() == Worker.Presence.ONLINE).toList();
        if (online.isEmpty()) {
            return "no worker is online: start one with ./heng worker";
        }
        String first = "";
        for (Worker worker : online) {
            Optional<String> objection = eligibility.objection(worker.profile());
            if (objection.isEmpty()) {
                return "";
            }
            first = first.isEmpty() ? worker.id() + " " + objection.get() : first;
        }
        return "no online worker can run it: " + first + andMore(online.size() - 1, "worker", "workers")
                + "; start one that can with ./heng worker";
    }

    private static String andMore(int more, String one, String many) {
        return more == 0 ? "" : " and " + more + " more " + (more == 1 ? one : many);
    }
}
