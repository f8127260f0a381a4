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
            return "campaign " + task.campaign().name() + " is paused: resume it";
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
        Set<Worker> accepting = state.ready().accepting(task);
        if (!accepting.isEmpty() && accepting.stream().allMatch(worker -> worker.capacity() == 0)) {
            Worker first = accepting.iterator().next();
            return first.profile().paused().map(why -> first.id() + " takes nothing new: " + why
                    + andMore(accepting.size() - 1, "worker is full", "workers are full"))
                    .orElseGet(() -> limited(LimitScope.WORKER, first.id()));
        }
        int able = accepting.size();
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
        return "no online worker can run it: " + first + andMore(online.size() - 1, "worker", "workers");
    }

    private static String andMore(int more, String one, String many) {
        return more == 0 ? "" : " and " + more + " more " + (more == 1 ? one : many);
    }
}
