package com.alphaheng.worker.job;

import com.alphaheng.protocol.AttemptId;
import com.alphaheng.protocol.AttemptResult;
import com.alphaheng.protocol.CoordinatorMessage;
import com.alphaheng.spec.TaskKind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Which attempts this worker holds and what it owes the coordinator. Pure: reacts to a [Signal] with [Action]s, knows
/// the time only from its caller, and is used by one thread.
///
/// Lost lease: verify and benchmark attempts go on, for their results carry the epoch and a stale one is refused there;
/// stopping them would only waste the work when the broker was merely restarted. Attempts that spend money (an agent
/// runs) are killed once the lease and a grace have passed without a delivered heartbeat, because by then another
/// worker may spend on the same task.
public final class AttemptBook {
    /// How long past its lease a spending attempt may go on unheard.
    public static final Duration SPENDING_GRACE = Duration.ofMinutes(1);

    /// Ended attempts remembered so that an assignment delivered twice is not run twice.
    private static final int REMEMBERED = 1_000;

    private final String workerId;
    private final String incarnation;
    private final int slots;
    private final boolean hasAgents;
    private final Map<AttemptId, Held> held = new LinkedHashMap<>();
    private final Set<AttemptId> ended = new LinkedHashSet<>();
    private Instant lastDelivered;
    private String drainReason;
    private boolean left;

    private enum State { WAITING, RUNNING, STOPPING, REPORTING }

    private record Held(CoordinatorMessage.Assignment assignment, State state, StopReason stopReason) {
        Held to(State next) {
            return new Held(assignment, next, stopReason);
        }

        Held stopping(StopReason reason) {
            return new Held(assignment, State.STOPPING, reason);
        }
    }

    public AttemptBook(String workerId, String incarnation, int slots, boolean hasAgents, Instant now) {
        this.workerId = workerId;
        this.incarnation = incarnation;
        this.slots = slots;
        this.hasAgents = hasAgents;
        this.lastDelivered = now;
    }

    /// What is to be done about a signal, in order.
    ///
    /// @param now by a clock that goes on only while the machine is awake: after a sleep, or a correction of the clock,
    ///            the coordinator is to be heard first
    public List<Action> handle(Signal signal, Instant now) {
        List<Action> actions = new ArrayList<>();
        switch (signal) {
            case Signal.Ready() -> actions.add(new Action.SayHello(running()));
            case Signal.Received(CoordinatorMessage message) -> received(message, actions);
            case Signal.Beat() -> beat(now, actions);
            case Signal.BeatDelivered(Instant sentAt) -> {
                if (sentAt.isAfter(lastDelivered)) {
                    lastDelivered = sentAt;
                }
            }
            case Signal.StageReached(AttemptId attempt, String stage) -> {
                if (stateOf(attempt) == State.RUNNING) {
                    actions.add(new Action.SayProgress(attempt, stage));
                }
            }
            case Signal.Ended(AttemptId attempt, AttemptResult result) -> ended(attempt, result, actions);
            case Signal.ReportDelivered(AttemptId attempt) -> {
                if (stateOf(attempt) == State.REPORTING) {
                    held.remove(attempt);
                    remember(attempt);
                }
            }
            case Signal.DrainAsked(String reason) -> {
                drainReason = drainReason == null ? reason : drainReason;
                held.values().removeIf(attempt -> attempt.state == State.WAITING);
            }
            case Signal.DrainTimeOver() -> held.replaceAll((attempt, entry) -> {
                if (entry.state != State.RUNNING) {
                    return entry;
                }
                actions.add(new Action.Kill(attempt, StopReason.SHUTTING_DOWN));
                return entry.stopping(StopReason.SHUTTING_DOWN);
            });
        }
        startWaiting(actions);
        leaveIfDrained(actions);
        return actions;
    }

    /// Attempts whose processes run or whose report is not delivered yet.
    public List<AttemptId> running() {
        return List.copyOf(held.keySet());
    }

    private void received(CoordinatorMessage message, List<Action> actions) {
        if (!message.workerId().equals(workerId) || !message.incarnation().equals(incarnation)) {
            return;
        }
        switch (message) {
            case CoordinatorMessage.Assignment assignment -> assigned(assignment, actions);
            case CoordinatorMessage.StopAttempt stop -> stop(stop.attempt(), actions);
            case CoordinatorMessage.IntroduceYourself ignored -> actions.add(new Action.SayHello(running()));
        }
    }

    private void assigned(CoordinatorMessage.Assignment assignment, List<Action> actions) {
        AttemptId attempt = assignment.attempt();
        if (drainReason != null || held.containsKey(attempt) || ended.contains(attempt)) {
            return;
        }
        for (AttemptId other : running()) {
            if (other.taskKey().equals(attempt.taskKey())) {
                if (other.epoch() > attempt.epoch()) {
                    return;
                }
                stop(other, actions);
            }
        }
        held.put(attempt, new Held(assignment, State.WAITING, null));
    }

    private void stop(AttemptId attempt, List<Action> actions) {
        Held entry = held.get(attempt);
        if (entry == null) {
            remember(attempt);
            actions.add(new Action.Forget(attempt));
            return;
        }
        switch (entry.state) {
            case WAITING -> {
                held.remove(attempt);
                remember(attempt);
            }
            case RUNNING -> {
                held.put(attempt, entry.stopping(StopReason.TOLD_TO_STOP));
                actions.add(new Action.Kill(attempt, StopReason.TOLD_TO_STOP));
            }
            case STOPPING -> held.put(attempt, entry.stopping(StopReason.TOLD_TO_STOP));
            case REPORTING -> {
                held.remove(attempt);
                remember(attempt);
                actions.add(new Action.Forget(attempt));
            }
        }
    }

    private void beat(Instant now, List<Action> actions) {
        held.replaceAll((attempt, entry) -> {
            Duration allowed = entry.assignment.leaseDuration().plus(SPENDING_GRACE);
            boolean spends = hasAgents && entry.assignment.job().task().kind() == TaskKind.AGENT;
            if (entry.state == State.RUNNING && spends && now.isAfter(lastDelivered.plus(allowed))) {
                actions.add(new Action.Kill(attempt, StopReason.LEASE_LOST));
                return entry.stopping(StopReason.LEASE_LOST);
            }
            return entry;
        });
        actions.add(new Action.SayBeat(running(), now));
    }

    private void ended(AttemptId attempt, AttemptResult result, List<Action> actions) {
        Held entry = held.get(attempt);
        if (entry == null) {
            return;
        }
        boolean silent = entry.state == State.STOPPING && entry.stopReason != StopReason.LEASE_LOST;
        if (silent) {
            held.remove(attempt);
            remember(attempt);
        } else {
            held.put(attempt, entry.to(State.REPORTING));
            actions.add(new Action.Report(attempt, result));
        }
    }

    private void startWaiting(List<Action> actions) {
        long busy = held.values().stream()
                .filter(entry -> entry.state == State.RUNNING || entry.state == State.STOPPING).count();
        for (Map.Entry<AttemptId, Held> entry : held.entrySet()) {
            if (busy >= slots) {
                return;
            }
            if (entry.getValue().state == State.WAITING) {
                entry.setValue(entry.getValue().to(State.RUNNING));
                actions.add(new Action.Start(entry.getValue().assignment));
                busy++;
            }
        }
    }

    private void leaveIfDrained(List<Action> actions) {
        boolean processes = held.values().stream().anyMatch(entry -> entry.state != State.REPORTING);
        if (drainReason != null && !processes && !left) {
            left = true;
            actions.add(new Action.Leave(drainReason));
        }
    }

    private State stateOf(AttemptId attempt) {
        Held entry = held.get(attempt);
        return entry == null ? null : entry.state;
    }

    private void remember(AttemptId attempt) {
        ended.add(attempt);
        if (ended.size() > REMEMBERED) {
            ended.remove(ended.iterator().next());
        }
    }
}
