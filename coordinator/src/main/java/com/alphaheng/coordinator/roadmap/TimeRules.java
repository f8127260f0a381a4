package com.alphaheng.coordinator.roadmap;

import com.alphaheng.protocol.AttemptResult;
import com.alphaheng.protocol.CoordinatorMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What follows from time going by: leases expire, backoffs end, timeouts pass.
final class TimeRules {
    private final RoadmapPolicy policy;
    private final WorkerRules workers;

    TimeRules(RoadmapPolicy policy) {
        this.policy = policy;
        this.workers = new WorkerRules(policy);
    }

    Decision tick(RoadmapState state, RoadmapCommand.Tick tick, Instant at) {
        if (!tick.hearing()) {
            return new Decision(List.of(new RoadmapEvent.ClockTicked(false, at)), List.of(), new Reply.Silence());
        }
        Optional<Instant> lastHearing = state.lastHearing();
        if (lastHearing.isPresent() && Duration.between(lastHearing.get(), at).compareTo(policy.suspension()) > 0) {
            return new Decision(List.of(afterOutage(state, lastHearing.get(), at),
                    new RoadmapEvent.ClockTicked(true, at)), List.of(), new Reply.Silence());
        }
        List<RoadmapEvent> events = new ArrayList<>();
        List<CoordinatorMessage> messages = new ArrayList<>();
        events.add(new RoadmapEvent.ClockTicked(true, at));
        Set<Attempt> ended = new LinkedHashSet<>();
        expireLeases(state, at, events, messages, ended);
        endOverdue(state, at, events, messages, ended);
        for (Task task : state.ready().backoffOver(at)) {
            events.add(new RoadmapEvent.BackoffElapsed(task.campaign().name(), task.name(), at));
        }
        for (Task task : state.ready().readySince(at.minus(policy.agingStep()))) {
            events.add(new RoadmapEvent.TaskAged(task.campaign().name(), task.name(), at));
        }
        state.workers().stream().filter(worker -> worker.presence() != Worker.Presence.ONLINE
                && worker.lastHeard().plus(policy.forgetting()).isBefore(at)).forEach(worker ->
                events.add(new RoadmapEvent.WorkerForgotten(worker.id(), at)));
        return new Decision(events, messages, new Reply.Silence());
    }

    /// Only makes leases shorter: whoever is not silent will be heard from.
    Decision recall(RoadmapState state, RoadmapCommand.RecallSilence recall, Instant at) {
        Map<String, Instant> lastHeard = new HashMap<>();
        for (Worker worker : online(state)) {
            Duration silent = recall.silent().getOrDefault(worker.id(), recall.others());
            Instant heard = at.minus(shortOutage(recall.outage()) ? counted(silent) : silent);
            if (heard.isBefore(worker.lastHeard())) {
                lastHeard.put(worker.id(), heard);
            }
        }
        return new Decision(List.of(new RoadmapEvent.SilenceRecalled(lastHeard, at)), List.of(), new Reply.Silence());
    }

    /// Who was silent before goes on being silent. Of the others each is to be heard within [RoadmapPolicy#returning].
    private RoadmapEvent afterOutage(RoadmapState state, Instant began, Instant at) {
        boolean brief = shortOutage(Duration.between(began, at));
        Map<String, Instant> lastHeard = new HashMap<>();
        for (Worker worker : online(state)) {
            Duration silent = Duration.between(worker.lastHeard(), began);
            Instant heard = brief ? at.minus(counted(silent)) : at;
            if (heard.isAfter(worker.lastHeard())) {
                lastHeard.put(worker.id(), heard);
            }
        }
        return new RoadmapEvent.SilenceRecalled(lastHeard, at);
    }

    private static List<Worker> online(RoadmapState state) {
        return state.workers().stream().filter(worker -> worker.presence() == Worker.Presence.ONLINE).toList();
    }

    private boolean shortOutage(Duration outage) {
        return outage.isPositive() && outage.compareTo(policy.longOutage()) <= 0;
    }

    /// What an outage leaves of a silence before it: at least so much that no more than the time to return is left.
    private Duration counted(Duration silent) {
        Duration least = policy.lease().minus(policy.returning());
        return silent.compareTo(least) > 0 ? silent : least;
    }

    private void expireLeases(RoadmapState state, Instant at, List<RoadmapEvent> events,
                              List<CoordinatorMessage> messages, Set<Attempt> ended) {
        Instant limit = at.minus(policy.lease());
        for (Worker worker : state.leases().workersSilentSince(limit)) {
            String reason = "worker " + worker.id() + " was not heard from for " + policy.lease().toSeconds() + " s";
            for (Attempt attempt : worker.running()) {
                events.add(workers.lose(state, attempt, reason, at));
                ended.add(attempt);
            }
            events.add(new RoadmapEvent.WorkerLost(worker.id(), worker.incarnation(), reason, at));
        }
        for (Attempt attempt : state.leases().silentSince(limit)) {
            if (ended.add(attempt)) {
                String reason = "worker " + attempt.worker() + " did not mention it for " + policy.lease().toSeconds()
                        + " s";
                events.add(workers.lose(state, attempt, reason, at));
                messages.add(stop(attempt, reason));
            }
        }
    }

    private void endOverdue(RoadmapState state, Instant at, List<RoadmapEvent> events,
                            List<CoordinatorMessage> messages, Set<Attempt> ended) {
        for (Attempt attempt : state.leases().overdue(at.minus(policy.grace()))) {
            if (ended.add(attempt)) {
                String reason = "did not end within its timeout, nor " + policy.grace().toSeconds()
                        + " s after it; raise the task's timeout if it needs longer";
                AttemptResult result = new AttemptResult(AttemptResult.Outcome.TIMED_OUT, reason, Optional.empty(),
                        attempt.startedAt().orElse(attempt.assignedAt()), at, List.of(), "", "");
                events.add(workers.failed(state, attempt, result, at));
                messages.add(stop(attempt, reason));
            }
        }
    }

    private static CoordinatorMessage stop(Attempt attempt, String reason) {
        return new CoordinatorMessage.StopAttempt(attempt.worker(), attempt.incarnation(), attempt.id(), reason);
    }
}
