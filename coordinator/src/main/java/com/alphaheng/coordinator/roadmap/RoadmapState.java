package com.alphaheng.coordinator.roadmap;

import com.alphaheng.protocol.AttemptId;
import com.alphaheng.protocol.AttemptResult;
import com.alphaheng.spec.TaskKind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Everything the coordinator knows. [#replay] is the only thing that changes it, so a replay of the log rebuilds it.
///
/// Owned by one thread, the shard. Holds no clock and does no I/O.
public final class RoadmapState {
    private final Map<String, Campaign> campaigns = new LinkedHashMap<>();
    private final Map<String, Worker> workers = new LinkedHashMap<>();
    private final Administration administration = new Administration();
    private final ReadyIndex ready = new ReadyIndex(workers, administration.limits());
    private final LeaseIndex leases = new LeaseIndex();
    private final List<Task> unlinked = new ArrayList<>();
    private final SharedValues shared = new SharedValues();
    private final Set<Transitions.Row> visited = new HashSet<>();
    private Set<Task> changed = new LinkedHashSet<>();
    private Instant clock = Instant.EPOCH;
    private Optional<Instant> lastHearing = Optional.empty();
    private long tasksEverAdded;
    private long durableEvents;

    /// Applies a fact.
    ///
    /// @throws AssertionError if it contradicts what was replayed before: the log is damaged or there is a bug
    public void replay(RoadmapEvent event) {
        if (event.at().isAfter(clock)) {
            clock = event.at();
        }
        if (event instanceof RoadmapEvent.Durable durable) {
            durableEvents++;
            if (!(event instanceof RoadmapEvent.TaskAdded)) {
                linkAddedTasks();
            }
            replayDurable(durable);
        } else {
            replayPassing((RoadmapEvent.Passing) event);
        }
    }

    private void replayDurable(RoadmapEvent.Durable event) {
        switch (event) {
            case RoadmapEvent.OfCampaign ofCampaign -> replayOfCampaign(ofCampaign);
            case RoadmapEvent.OfAttempt ofAttempt -> replayOfAttempt(ofAttempt);
            case RoadmapEvent.OfAdministration ofAdministration -> {
                administration.replay(ofAdministration);
                if (ofAdministration instanceof RoadmapEvent.LimitSet set && set.scope() == LimitScope.WORKER) {
                    findWorker(set.name()).ifPresent(this::limit);
                }
            }
            case RoadmapEvent.WorkerJoined joined -> {
                Worker worker = workers.computeIfAbsent(joined.worker(), id ->
                        new Worker(id, joined.incarnation(), joined.profile(), joined.at()));
                ready.withdraw(worker);
                worker.join(joined.incarnation(), joined.sequence(), joined.profile(), joined.at());
                worker.limit(administration.limits().of(LimitScope.WORKER, worker.id()));
                leases.hear(worker);
                ready.judge(worker);
            }
            case RoadmapEvent.WorkerLost lost -> part(worker(lost.worker()), Worker.Presence.LOST);
            case RoadmapEvent.WorkerLeft left -> {
                Worker worker = worker(left.worker());
                worker.hear(left.sequence(), left.at());
                part(worker, Worker.Presence.LEFT);
            }
            case RoadmapEvent.WorkerForgotten forgotten -> {
                ready.forget(worker(forgotten.worker()));
                workers.remove(forgotten.worker());
            }
            case RoadmapEvent.CoordinatorTookOver _ -> {
                lastHearing = Optional.empty();
                leases.renewAll(clock);
            }
        }
    }

    private void limit(Worker worker) {
        ready.withdraw(worker);
        worker.limit(administration.limits().of(LimitScope.WORKER, worker.id()));
        ready.offer(worker);
    }

    private void replayOfCampaign(RoadmapEvent.OfCampaign event) {
        campaign(event.campaign()).ifPresent(known -> known.collected().take(event));
        switch (event) {
            case RoadmapEvent.CampaignOpened opened -> open(opened.campaign(), opened.at());
            case RoadmapEvent.SubmissionAccepted accepted -> {
                campaign(accepted).submitted(accepted);
                tell(accepted, "campaign.submitted", "by " + accepted.actor());
            }
            case RoadmapEvent.TaskAdded added -> {
                Task task = campaign(added).add(tasksEverAdded++, added.task());
                unlinked.add(task);
                changed.add(task);
            }
            case RoadmapEvent.TaskChanged change -> change(task(change, change.task().name()), change);
            case RoadmapEvent.TaskRemoved removed -> {
                Task task = task(removed, removed.task());
                endRunning(task, Attempt.Fate.CANCELLED, "removed from the campaign", Optional.empty());
                campaign(removed).remove(task);
            }
            case RoadmapEvent.TaskCancelled cancelled -> {
                Task task = task(cancelled, cancelled.task());
                task.note(cancelled.reason());
                endRunning(task, Attempt.Fate.CANCELLED, cancelled.reason(), Optional.empty());
                task.campaign().apply(task, TaskTrigger.CANCELLED);
                bind(task);
            }
            case RoadmapEvent.TaskReopened reopened -> {
                Task task = task(reopened, reopened.task());
                forgive(task, "another try asked for by " + reopened.actor());
                task.campaign().apply(task, TaskTrigger.REOPENED);
                bind(task);
            }
            case RoadmapEvent.CampaignPaused paused -> {
                campaign(paused).pause(true);
                tell(paused, "campaign.paused", "by " + paused.actor());
            }
            case RoadmapEvent.CampaignResumed resumed -> {
                campaign(resumed).pause(false);
                tell(resumed, "campaign.resumed", "by " + resumed.actor());
            }
        }
        campaign(event).touch(clock);
        administration.audit().addFor(event, campaign(event).lastSubmission().map(SubmissionRecord::diff));
    }

    Campaign open(String name, Instant at) {
        Campaign campaign = new Campaign(name, at, shared, new Campaign.ReadyListener() {
            @Override
            public void nowReady(Task task) {
                ready.add(task, clock);
            }

            @Override
            public void noLongerReady(Task task) {
                ready.remove(task);
            }

            @Override
            public void moved(Task task, Transitions.Row row) {
                visited.add(row);
                changed.add(task);
                tell(task, row);
            }
        });
        campaigns.put(name, campaign);
        return campaign;
    }

    /// Begins where a snapshot says; nothing may have been replayed before.
    void resume(RoadmapImage.Whole image) {
        clock = image.clock();
        tasksEverAdded = image.tasksEverAdded();
        durableEvents = image.durableEvents();
        administration.resume(image);
    }

    /// Takes a worker of a snapshot, with nothing running on it yet.
    void add(Worker worker) {
        worker.limit(administration.limits().of(LimitScope.WORKER, worker.id()));
        workers.put(worker.id(), worker);
    }

    /// Lets the running attempt of a snapshot's task count again.
    void resume(Task task, Instant leasedSince) {
        Attempt attempt = task.runningAttempt().orElseThrow(() ->
                new UnreadableEventException("a snapshot holds a lease of " + task));
        leases.grant(attempt, task.spec().timeout(), leasedSince);
        worker(attempt.worker()).take(attempt);
        administration.limits().began(attempt);
        task.campaign().resumeRunning(task);
    }

    private void tell(RoadmapEvent.OfCampaign event, String type, String detail) {
        administration.tell(type, event.campaign(), Optional.empty(), detail, clock);
    }

    /// Webhooks hear of what has begun or ended; that a task waits or is ready follows from it.
    private void tell(Task task, Transitions.Row row) {
        String type = switch (row.to()) {
            case RUNNING -> "task.started";
            case SUCCEEDED -> "task.succeeded";
            case FAILED -> "task.failed";
            case SKIPPED -> "task.skipped";
            case CANCELLED -> "task.cancelled";
            case WAITING -> row.from() == TaskStatus.RUNNING ? "task.requeued" : "";
            case READY -> "";
        };
        if (!type.isEmpty()) {
            String detail = task.status() == TaskStatus.CANCELLED ? task.note()
                    : task.status() == TaskStatus.RUNNING ? "" : task.lastAttempt().map(Attempt::reason).orElse("");
            administration.tell(type, task.campaign().name(), Optional.of(task), detail, clock);
        }
        if (row.to().ended() && task.campaign().finished()) {
            administration.tell("campaign.finished", task.campaign().name(), Optional.empty(),
                    task.campaign().count(TaskStatus.SUCCEEDED) + " of " + task.campaign().tasks().size()
                    + " tasks succeeded", clock);
        }
    }

    private void change(Task task, RoadmapEvent.TaskChanged change) {
        changed.add(task);
        if (task.status() == TaskStatus.RUNNING) {
            endRunning(task, Attempt.Fate.CANCELLED, "the task was changed by a resubmission", Optional.empty());
            task.campaign().apply(task, TaskTrigger.ATTEMPT_REQUEUED);
        }
        task.campaign().redefine(task, change.task());
        if (change.reopened()) {
            forgive(task, "changed by a resubmission");
            task.campaign().apply(task, TaskTrigger.REOPENED);
        }
        unlinked.add(task);
    }

    private static void forgive(Task task, String note) {
        task.note(note);
        task.failures = 0;
        task.losses = 0;
        task.notBefore = Optional.empty();
    }

    private void replayOfAttempt(RoadmapEvent.OfAttempt event) {
        Task task = task(event.attempt());
        changed.add(task);
        switch (event) {
            case RoadmapEvent.AttemptAssigned assigned -> assign(task, assigned);
            case RoadmapEvent.AttemptStageReached reached ->
                    task.runningAttempt().orElseThrow().reach(shared.of(reached.stage()), reached.at());
            case RoadmapEvent.AttemptSucceeded succeeded -> {
                endRunning(task, Attempt.Fate.SUCCEEDED, succeeded.result().reason(),
                        Optional.of(succeeded.result()));
                task.campaign().apply(task, TaskTrigger.ATTEMPT_SUCCEEDED);
            }
            case RoadmapEvent.AttemptFailed failed -> {
                task.failures++;
                endRunning(task, Attempt.Fate.FAILED, failed.result().reason(), Optional.of(failed.result()));
                requeueOrFail(task, failed.retryAt());
            }
            case RoadmapEvent.AttemptLost lost -> {
                task.losses++;
                endRunning(task, Attempt.Fate.LOST, lost.reason(), Optional.empty());
                requeueOrFail(task, lost.retryAt());
            }
        }
        bind(task);
        task.campaign().touch(clock);
    }

    private void assign(Task task, RoadmapEvent.AttemptAssigned assigned) {
        Worker worker = worker(assigned.worker());
        AttemptId id = new AttemptId(task.campaign().name(), task.name(), assigned.attempt().epoch());
        Attempt attempt = new Attempt(id, worker.id(), shared.of(assigned.incarnation()), assigned.at(),
                task.eligibility().exclusive(), shared.of(assigned.backend()), shared.of(assigned.chip()));
        administration.limits().began(attempt);
        task.campaign().apply(task, TaskTrigger.ASSIGNED);
        task.campaign().started(assigned.at());
        task.add(attempt);
        leases.grant(attempt, task.spec().timeout(), clock);
        ready.withdraw(worker);
        worker.take(attempt);
        ready.offer(worker);
    }

    private static void requeueOrFail(Task task, Optional<Instant> retryAt) {
        task.notBefore = retryAt;
        task.campaign().apply(task,
                retryAt.isPresent() ? TaskTrigger.ATTEMPT_REQUEUED : TaskTrigger.ATTEMPT_FAILED);
    }

    private void endRunning(Task task, Attempt.Fate fate, String reason, Optional<AttemptResult> result) {
        task.runningAttempt().ifPresent(attempt -> {
            attempt.end(fate, shared.of(reason), shared.of(result), clock);
            leases.end(attempt);
            administration.limits().ended(attempt);
            if (result.isPresent() && task.spec().kind() == TaskKind.BENCHMARK) {
                task.campaign().measuredOn(attempt.worker());
            }
            Worker worker = worker(attempt.worker());
            ready.withdraw(worker);
            worker.release(attempt);
            ready.offer(worker);
        });
    }

    private void part(Worker worker, Worker.Presence how) {
        ready.withdraw(worker);
        worker.part(how);
        leases.forget(worker);
        ready.judge(worker);
    }

    private void replayPassing(RoadmapEvent.Passing event) {
        switch (event) {
            case RoadmapEvent.WorkerHeard heard -> {
                Worker worker = worker(heard.worker());
                worker.hear(heard.sequence(), clock);
                leases.hear(worker);
                for (AttemptId id : heard.renewed()) {
                    leases.renew(task(id).runningAttempt().orElseThrow(), clock);
                }
            }
            case RoadmapEvent.SilenceRecalled recalled -> leases.recall(recalled.lastHeard(), clock);
            case RoadmapEvent.ClockTicked ticked -> {
                if (ticked.hearing()) {
                    lastHearing = Optional.of(clock);
                }
            }
            case RoadmapEvent.BackoffElapsed elapsed -> requeue(task(elapsed.campaign(), elapsed.task()), () -> { });
            case RoadmapEvent.TaskAged aged -> {
                Task task = task(aged.campaign(), aged.task());
                requeue(task, () -> task.rank--);
            }
        }
    }

    /// Takes a ready task out of the index, changes what its place depends on, and puts it back without a backoff.
    private void requeue(Task task, Runnable change) {
        ready.remove(task);
        task.notBefore = Optional.empty();
        change.run();
        ready.add(task, clock);
    }

    /// Tasks of one submission may name each other in any order, so they are linked once all are there.
    private void linkAddedTasks() {
        if (!unlinked.isEmpty()) {
            List<Task> batch = List.copyOf(unlinked);
            unlinked.clear();
            batch.forEach(task -> task.campaign().link(task));
            batch.forEach(this::bind);
        }
    }

    /// All trials of a search that is spread over workers run on the chip of the first that has begun, as long as
    /// anything of what was measured on it counts.
    private void bind(Task one) {
        List<Task> search = SpreadTasks.of(one.campaign(), one.spec());
        Optional<String> chip = SpreadTasks.chip(search);
        for (Task task : search) {
            if (task.eligibility().chip().equals(chip)) {
                continue;
            }
            boolean indexed = task.status() == TaskStatus.READY;
            if (indexed) {
                ready.remove(task);
            }
            task.bind(chip);
            if (indexed) {
                ready.add(task, clock);
            }
        }
    }

    private Campaign campaign(RoadmapEvent.OfCampaign event) {
        return campaign(event.campaign()).orElseThrow(() ->
                new AssertionError("the log names a campaign that was never opened: " + event));
    }

    private Task task(RoadmapEvent.OfCampaign event, String name) {
        return campaign(event).task(name).orElseThrow(() ->
                new AssertionError("the log names a task that was never added: " + event));
    }

    private Task task(AttemptId attempt) {
        return task(attempt.campaign(), attempt.task());
    }

    private Task task(String campaign, String task) {
        return find(campaign, task).orElseThrow(() ->
                new AssertionError("the log names a task that was never added: " + campaign + "/" + task));
    }

    private Worker worker(String id) {
        Worker worker = workers.get(id);
        if (worker == null) {
            throw new AssertionError("the log names a worker that never joined: " + id);
        }
        return worker;
    }

    /// Tokens, limits, webhooks, and who did what.
    public Administration administration() {
        return administration;
    }

    long tasksEverAdded() {
        return tasksEverAdded;
    }

    /// Whether a submission has been replayed in part only.
    boolean unlinkedTasks() {
        return !unlinked.isEmpty();
    }

    ReadyIndex ready() {
        return ready;
    }

    LeaseIndex leases() {
        return leases;
    }

    /// Tasks whose view has changed since this was last asked, in the order of their changes.
    public Set<Task> takeChanged() {
        Set<Task> taken = changed;
        changed = new LinkedHashSet<>();
        return taken;
    }

    /// Rows of the transition table that some task has gone through.
    Set<Transitions.Row> visitedTransitions() {
        return visited;
    }

    /// The time of the last fact.
    public Instant clock() {
        return clock;
    }

    /// When the timer last went off under this writer.
    Optional<Instant> lastHearing() {
        return lastHearing;
    }

    /// Facts of the log replayed so far.
    public long durableEvents() {
        return durableEvents;
    }

    public Collection<Campaign> campaigns() {
        return Collections.unmodifiableCollection(campaigns.values());
    }

    public Optional<Campaign> campaign(String name) {
        return Optional.ofNullable(campaigns.get(name));
    }

    public Collection<Worker> workers() {
        return Collections.unmodifiableCollection(workers.values());
    }

    public Optional<Worker> findWorker(String id) {
        return Optional.ofNullable(workers.get(id));
    }

    public Optional<Task> find(String campaign, String task) {
        return campaign(campaign).flatMap(found -> found.task(task));
    }
}
