package com.alphaheng.coordinator.roadmap;

import com.alphaheng.protocol.AttemptId;
import com.alphaheng.protocol.AttemptResult;
import com.alphaheng.protocol.AttemptResult.Outcome;
import com.alphaheng.protocol.CoordinatorMessage;
import com.alphaheng.protocol.JobSpec;
import com.alphaheng.protocol.Trial;
import com.alphaheng.protocol.WorkerMessage;
import com.alphaheng.protocol.WorkerProfile;
import com.alphaheng.spec.TaskKind;
import com.alphaheng.spec.TuneSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A worker of the simulation. Speaks the protocol as a real one does: beats, takes what is meant for its incarnation,
/// reports each result until it is heard no more of, and sometimes dies or falls asleep.
final class SimulatedWorker {
    private static final long BEAT_STEPS = Simulation.steps(Duration.ofSeconds(3));
    private static final Outcome[] OUTCOMES = Outcome.values();

    private final Simulation world;
    private final String id;
    private final int slots;
    private final Map<AttemptId, Long> running = new LinkedHashMap<>();
    private final Map<AttemptId, JobSpec> jobs = new HashMap<>();
    private final String chip;
    private int starts;
    private long sequence;
    private long downUntil;
    private long asleepUntil;
    private long nextBeat;

    SimulatedWorker(Simulation world, String id, int slots) {
        this.world = world;
        this.id = id;
        this.slots = slots;
        this.chip = "chip" + world.random.nextInt(2);
        start();
    }

    String id() {
        return id;
    }

    private String incarnation() {
        return id + "-" + starts;
    }

    private void start() {
        starts++;
        sequence = 0;
        running.clear();
        hello();
    }

    private void hello() {
        world.toCoordinator(new WorkerMessage.Hello(id, incarnation(), ++sequence, new WorkerProfile(
                Map.of("chip", chip), EnumSet.allOf(TaskKind.class), List.of(), slots, 2, 0, 1L << 34,
                "simulated"),
                List.copyOf(running.keySet())));
    }

    /// All its processes die with it.
    void kill(int steps) {
        if (downUntil <= world.step()) {
            if (world.random.nextInt(4) == 0) {
                world.toCoordinator(new WorkerMessage.Goodbye(id, incarnation(), ++sequence, "stopped"));
            }
            downUntil = world.step() + steps + 1;
            running.clear();
        }
    }

    /// Does nothing for a while and then goes on as if no time had passed.
    void sleep(int steps) {
        asleepUntil = world.step() + steps;
    }

    void restartIfDown() {
        asleepUntil = 0;
        if (downUntil > world.step()) {
            downUntil = 0;
            start();
        }
    }

    void receive(CoordinatorMessage message) {
        if (downUntil > world.step() || !message.incarnation().equals(incarnation())) {
            return;
        }
        switch (message) {
            case CoordinatorMessage.Assignment assignment -> {
                running.putIfAbsent(assignment.attempt(), world.step() + 1 + world.random.nextInt(30));
                jobs.put(assignment.attempt(), assignment.job());
            }
            case CoordinatorMessage.StopAttempt stop -> running.remove(stop.attempt());
            case CoordinatorMessage.IntroduceYourself _ -> hello();
        }
    }

    void step() {
        if (downUntil > 0 && downUntil == world.step()) {
            downUntil = 0;
            start();
        }
        if (downUntil > world.step() || asleepUntil > world.step()) {
            return;
        }
        for (Map.Entry<AttemptId, Long> attempt : List.copyOf(running.entrySet())) {
            if (attempt.getValue() <= world.step()) {
                finish(attempt.getKey());
            } else if (world.random.nextInt(10) == 0) {
                world.toCoordinator(new WorkerMessage.AttemptProgress(id, incarnation(), ++sequence, attempt.getKey(),
                        "stage" + world.random.nextInt(3), Instant.EPOCH));
            }
        }
        if (nextBeat <= world.step()) {
            nextBeat = world.step() + BEAT_STEPS;
            world.toCoordinator(new WorkerMessage.Heartbeat(id, incarnation(), ++sequence,
                    List.copyOf(running.keySet())));
        }
    }

    /// What a share measures: of the first round all values, of a later one those with the better half of the figures
    /// before.
    private List<Trial> trials(JobSpec job) {
        Optional<TuneSpec.Share> share = job.task().tune().flatMap(TuneSpec::share);
        if (share.isEmpty()) {
            return List.of();
        }
        List<String> left = job.task().tune().orElseThrow().parameters().getFirst().values();
        Map<String, Double> sums = new HashMap<>();
        job.shares().stream().flatMap(earlier -> earlier.trials().stream()).forEach(trial ->
                sums.merge(trial.configuration().get("a"), trial.value().orElseThrow(), Double::sum));
        for (int round = 1; round < share.get().round(); round++) {
            left = left.stream().sorted(Comparator.comparing((String value) -> sums.getOrDefault(value, 0.0))
                    .reversed().thenComparing(value -> value)).limit(left.size() / 2).toList();
        }
        return share.get().part(left).stream().map(value -> new Trial(Map.of("a", value),
                Optional.of(world.random.nextDouble()), List.of(), "")).toList();
    }

    private void finish(AttemptId attempt) {
        running.remove(attempt);
        Outcome outcome = world.troubled() && world.random.nextInt(2) == 0
                ? OUTCOMES[world.random.nextInt(OUTCOMES.length)] : Outcome.SUCCEEDED;
        if (outcome == Outcome.SUCCEEDED) {
            world.finished(attempt);
        }
        AttemptResult result = new AttemptResult(outcome, outcome == Outcome.SUCCEEDED ? "" : "because " + outcome,
                Optional.empty(), Instant.EPOCH, Instant.EPOCH, List.of(), "abc", "simulated", List.of(),
                trials(jobs.remove(attempt)));
        for (int copy = 0; copy <= world.random.nextInt(3); copy++) {
            world.toCoordinator(new WorkerMessage.AttemptFinished(id, incarnation(), ++sequence, attempt, result));
        }
    }
}
