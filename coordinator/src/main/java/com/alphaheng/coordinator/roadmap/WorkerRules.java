package com.alphaheng.coordinator.roadmap;

import com.alphaheng.protocol.AttemptId;
import com.alphaheng.protocol.AttemptResult;
import com.alphaheng.protocol.AttemptResult.Outcome;
import com.alphaheng.protocol.CoordinatorMessage;
import com.alphaheng.protocol.WorkerMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What follows from what a worker says. Every message may come late, twice, or not at all.
final class WorkerRules {
    private final RoadmapPolicy policy;

    WorkerRules(RoadmapPolicy policy) {
        this.policy = policy;
    }

    Decision hear(RoadmapState state, WorkerMessage message, Instant at) {
        return switch (message) {
            case WorkerMessage.Hello hello -> hello(state, hello, at);
            case WorkerMessage.Heartbeat beat -> beat(state, beat, at);
            case WorkerMessage.AttemptProgress progress -> progress(state, progress, at);
            case WorkerMessage.AttemptFinished finished -> finished(state, finished, at);
            case WorkerMessage.Goodbye goodbye -> goodbye(state, goodbye, at);
        };
    }

    private Decision hello(RoadmapState state, WorkerMessage.Hello hello, Instant at) {
        Optional<Worker> known = state.findWorker(hello.workerId());
        List<RoadmapEvent> events = new ArrayList<>();
        if (known.isPresent()) {
            Worker worker = known.get();
            boolean sameIncarnation = worker.incarnation().equals(hello.incarnation());
            if (worker.outdated(hello.incarnation(), hello.sequence())) {
                return Decision.NOTHING;
            }
            for (Attempt attempt : worker.running()) {
                if (!sameIncarnation) {
                    events.add(lose(state, attempt, "worker " + worker.id() + " was restarted", at));
                } else if (!hello.running().contains(attempt.id()) && attempt.startedAt().isPresent()) {
                    events.add(lose(state, attempt, "worker " + worker.id() + " no longer runs it", at));
                }
            }
        }
        events.add(new RoadmapEvent.WorkerJoined(hello.workerId(), hello.incarnation(), hello.sequence(),
                hello.profile(), at));
        List<AttemptId> held = held(known, hello.incarnation(), hello.running());
        events.add(new RoadmapEvent.WorkerHeard(hello.workerId(), hello.incarnation(), hello.sequence(), held, at));
        return new Decision(events, stopAllBut(held, hello, hello.running(), state), new Reply.Silence());
    }

    private Decision beat(RoadmapState state, WorkerMessage.Heartbeat beat, Instant at) {
        Optional<Worker> known = state.findWorker(beat.workerId());
        if (!online(known, beat)) {
            return stranger(known, beat);
        }
        if (beat.sequence() <= known.orElseThrow().sequence()) {
            return Decision.NOTHING;
        }
        List<AttemptId> held = held(known, beat.incarnation(), beat.running());
        return new Decision(List.of(new RoadmapEvent.WorkerHeard(beat.workerId(), beat.incarnation(), beat.sequence(),
                held, at)), stopAllBut(held, beat, beat.running(), state), new Reply.Silence());
    }

    private static Decision stranger(Optional<Worker> known, WorkerMessage message) {
        boolean outdated = known.isPresent() && known.get().outdated(message.incarnation(), message.sequence());
        return outdated ? Decision.NOTHING : new Decision(List.of(), List.of(
                new CoordinatorMessage.IntroduceYourself(message.workerId(), message.incarnation())),
                new Reply.Silence());
    }

    private Decision progress(RoadmapState state, WorkerMessage.AttemptProgress progress, Instant at) {
        Optional<Attempt> current = current(state, progress, progress.attempt());
        if (current.isEmpty()) {
            return refuse(state, progress, progress.attempt());
        }
        if (current.get().stage().equals(progress.stage())) {
            return Decision.NOTHING;
        }
        return new Decision(List.of(new RoadmapEvent.AttemptStageReached(progress.attempt(), progress.stage(), at)),
                List.of(), new Reply.Silence());
    }

    private Decision finished(RoadmapState state, WorkerMessage.AttemptFinished finished, Instant at) {
        Optional<Attempt> current = current(state, finished, finished.attempt());
        if (current.isEmpty()) {
            return refuse(state, finished, finished.attempt());
        }
        AttemptResult result = finished.result();
        RoadmapEvent event = switch (result.outcome()) {
            case SUCCEEDED -> new RoadmapEvent.AttemptSucceeded(finished.attempt(), result, at);
            case STOPPED -> lose(state, current.get(), "stopped by its worker: " + result.reason(), at);
            case VERIFICATION_FAILED, AGENT_FAILED, TIMED_OUT, ENVIRONMENT_FAILED ->
                    failed(state, current.get(), result, at);
        };
        return new Decision(List.of(event), List.of(), new Reply.Silence());
    }

    /// The event for an attempt that ended badly: another try if that could mend it and the budget allows.
    RoadmapEvent failed(RoadmapState state, Attempt attempt, AttemptResult result, Instant at) {
        Task task = task(state, attempt);
        boolean again = result.outcome() != Outcome.SUCCEEDED && result.outcome().retryable()
                && task.failures() < task.spec().retries().maxRetries();
        Duration wait = Backoff.afterFailure(task.spec().retries(), task.failures() + 1, attempt.id(), policy.seed());
        return new RoadmapEvent.AttemptFailed(attempt.id(), result,
                again ? Optional.of(at.plus(wait)) : Optional.empty(), at);
    }

    /// The event for an attempt whose worker is gone. Not the task's fault, but bounded all the same.
    RoadmapEvent lose(RoadmapState state, Attempt attempt, String reason, Instant at) {
        int losses = task(state, attempt).losses() + 1;
        boolean again = losses <= policy.maxLosses();
        return new RoadmapEvent.AttemptLost(attempt.id(),
                again ? reason : reason + "; lost " + losses + " times, so the task may be what kills its workers: "
                        + "look at its log, then retry it",
                again ? Optional.of(at.plus(Backoff.afterLoss(losses, attempt.id(), policy.seed()))) : Optional.empty(),
                at);
    }

    private Decision goodbye(RoadmapState state, WorkerMessage.Goodbye goodbye, Instant at) {
        Optional<Worker> known = state.findWorker(goodbye.workerId());
        if (!online(known, goodbye) || goodbye.sequence() <= known.orElseThrow().sequence()) {
            return Decision.NOTHING;
        }
        List<RoadmapEvent> events = new ArrayList<>();
        for (Attempt attempt : known.get().running()) {
            events.add(lose(state, attempt, "worker " + goodbye.workerId() + " left: " + goodbye.reason(), at));
        }
        events.add(new RoadmapEvent.WorkerLeft(goodbye.workerId(), goodbye.incarnation(), goodbye.sequence(),
                goodbye.reason(), at));
        return new Decision(events, List.of(), new Reply.Silence());
    }

    private static boolean online(Optional<Worker> known, WorkerMessage message) {
        return known.isPresent() && known.get().presence() == Worker.Presence.ONLINE
                && known.get().incarnation().equals(message.incarnation());
    }

    /// The attempt of this very epoch, if it still runs and belongs to the sender.
    private static Optional<Attempt> current(RoadmapState state, WorkerMessage message, AttemptId id) {
        return state.find(id.campaign(), id.task()).flatMap(Task::runningAttempt)
                .filter(attempt -> attempt.id().equals(id) && attempt.worker().equals(message.workerId())
                        && attempt.incarnation().equals(message.incarnation()));
    }

    private static List<AttemptId> held(Optional<Worker> worker, String incarnation, List<AttemptId> named) {
        return worker.filter(known -> known.incarnation().equals(incarnation)).map(known ->
                named.stream().distinct().filter(known::runs).toList()).orElse(List.of());
    }

    private static List<CoordinatorMessage> stopAllBut(List<AttemptId> held, WorkerMessage message,
                                                       List<AttemptId> named, RoadmapState state) {
        return named.stream().distinct().filter(id -> !held.contains(id))
                .<CoordinatorMessage>map(id -> new CoordinatorMessage.StopAttempt(message.workerId(),
                        message.incarnation(), id, staleness(state, id))).toList();
    }

    /// A repeated report of an attempt that has ended needs no answer; anything else is told to stop its work.
    private static Decision refuse(RoadmapState state, WorkerMessage message, AttemptId id) {
        boolean repeated = state.find(id.campaign(), id.task()).stream().flatMap(task -> task.attempts().stream())
                .anyMatch(attempt -> attempt.id().equals(id) && attempt.result().isPresent());
        return repeated ? Decision.NOTHING : new Decision(List.of(), List.of(new CoordinatorMessage.StopAttempt(
                message.workerId(), message.incarnation(), id, staleness(state, id))), new Reply.Silence());
    }

    private static String staleness(RoadmapState state, AttemptId id) {
        Optional<Task> task = state.find(id.campaign(), id.task());
        if (task.isEmpty()) {
            return "there is no task " + id.taskKey();
        }
        return "epoch " + id.epoch() + " of " + id.taskKey() + " is stale: the task is " + task.get().status()
                + " in epoch " + task.get().epoch();
    }

    private static Task task(RoadmapState state, Attempt attempt) {
        return state.find(attempt.id().campaign(), attempt.id().task()).orElseThrow();
    }
}
