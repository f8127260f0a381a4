package com.alphaheng.coordinator.roadmap;

import com.alphaheng.protocol.AttemptId;
import com.alphaheng.protocol.CoordinatorMessage;
import com.alphaheng.protocol.WorkerMessage;
import com.alphaheng.spec.SpreadSearch;
import com.alphaheng.spec.TaskSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;

/// A roadmap, its workers and the network between them under one seed: messages are dropped, duplicated, delayed and
/// reordered, either side is killed, the broker is away, clocks jump, people interfere. Then the trouble ends, and
/// everything must come to rest.
///
/// The coordinator of this world loses whatever it decided but had not logged, as a real one does.
final class Simulation {
    private static final long STEP_MILLIS = 500;
    private static final int TROUBLED_STEPS = 240;
    private static final int CALM_STEPS = 4_000;
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private record Delivery(long at, long order, Runnable action) {
    }

    final SplittableRandom random;
    final List<RoadmapEvent.Durable> log = new ArrayList<>();
    private final Set<AttemptId> finishedByWorkers = new HashSet<>();
    private final LogInvariants invariants = new LogInvariants(finishedByWorkers);
    private final RoadmapDecider decider = new RoadmapDecider(RoadmapPolicy.DEFAULT);
    private final List<SimulatedWorker> workers = new ArrayList<>();
    private final PriorityQueue<Delivery> network = new PriorityQueue<>(
            (a, b) -> a.at() != b.at() ? Long.compare(a.at(), b.at()) : Long.compare(a.order(), b.order()));
    private final Map<String, TaskSpec> specs = new LinkedHashMap<>();
    private RoadmapState state = new RoadmapState();
    private boolean troubled = true;
    private long step;
    private long sent;
    private long downUntil;
    private long deafUntil;
    private long clockOffsetMillis;

    Simulation(long seed) {
        random = new SplittableRandom(seed);
    }

    /// @throws AssertionError if an invariant breaks or the calm does not bring every task to its end
    Simulation run() {
        int tasks = 3 + random.nextInt(8);
        for (int i = 0; i < tasks; i++) {
            define(i);
        }
        for (int i = 0; i < 1 + random.nextInt(4); i++) {
            workers.add(new SimulatedWorker(this, "w" + i, 1 + random.nextInt(3)));
        }
        submit();
        for (step = 1; step <= TROUBLED_STEPS; step++) {
            trouble();
            advance();
        }
        calm();
        while (!finished() && step < TROUBLED_STEPS + CALM_STEPS) {
            step++;
            advance();
        }
        check(finished(), "not every task has ended: " + RoadmapText.of(state));
        for (Task task : state.campaign(Scenario.CAMPAIGN).orElseThrow().tasks()) {
            check(invariants.ended(task.name()) == (task.status() != TaskStatus.SKIPPED), "ends differ: " + task);
        }
        RoadmapState replayed = new RoadmapState();
        log.forEach(replayed::replay);
        check(RoadmapText.of(replayed).equals(RoadmapText.of(state)), "the view is not what a replay gives");
        return this;
    }

    private void define(int i) {
        List<String> after = new ArrayList<>();
        for (int j = 0; j < i; j++) {
            if (random.nextInt(4) == 0) {
                after.add("t" + j);
            }
        }
        String kind = random.nextInt(5) == 0 ? "BENCHMARK" : random.nextInt(5) == 0 ? "TUNE" : "VERIFY";
        String touches = random.nextInt(4) == 0 ? "dir" + random.nextInt(2) + "/**" : "";
        String name = "t" + i;
        specs.put(name, Scenario.spec(new String[] {"task", name, "after=" + String.join(",", after), "kind=" + kind,
            "touches=" + touches, "priority=P" + random.nextInt(3), "retries=" + random.nextInt(3),
            "prompt=p" + random.nextInt(3), "timeout=" + (20 + random.nextInt(100)),
            "workers=" + (1 + random.nextInt(3)), "values=" + (1 + random.nextInt(6)),
            "search=" + (random.nextBoolean() ? "GRID" : "HALVING")}));
    }

    private boolean finished() {
        return downUntil <= step && state.campaign(Scenario.CAMPAIGN).map(Campaign::finished).orElse(false);
    }

    private void advance() {
        boolean hearing = deafUntil <= step;
        while (hearing && !network.isEmpty() && network.peek().at() <= step) {
            network.poll().action().run();
        }
        workers.forEach(SimulatedWorker::step);
        command(new RoadmapCommand.Tick(hearing));
        if (!hearing) {
            return; // Nothing can be written either.
        }
        boolean more = true;
        while (more) {
            more = command(new RoadmapCommand.AssignReadyTasks());
        }
    }

    private void trouble() {
        if (random.nextInt(60) == 0) {
            killCoordinator();
        }
        if (random.nextInt(40) == 0) {
            workers.get(random.nextInt(workers.size())).kill(random.nextInt(80));
        }
        if (random.nextInt(60) == 0) {
            workers.get(random.nextInt(workers.size())).sleep(random.nextInt(80));
        }
        if (random.nextInt(80) == 0) {
            clockOffsetMillis += random.nextInt(-30_000, 60_000);
        }
        if (random.nextInt(80) == 0) {
            deafUntil = step + random.nextInt(50);
        }
        if (deafUntil <= step && random.nextInt(15) == 0) {
            interfere();
        }
    }

    private void interfere() {
        String task = "t" + random.nextInt(specs.size());
        switch (random.nextInt(9)) {
            case 0 -> command(new RoadmapCommand.CancelTask(Scenario.CAMPAIGN, task, "ann"));
            case 1, 2 -> command(new RoadmapCommand.RetryTask(Scenario.CAMPAIGN, task, "ann"));
            case 3 -> command(new RoadmapCommand.PauseCampaign(Scenario.CAMPAIGN, "ann"));
            case 4 -> command(new RoadmapCommand.ResumeCampaign(Scenario.CAMPAIGN, "ann"));
            case 5 -> command(new RoadmapCommand.RerunFailed(Scenario.CAMPAIGN, "ann"));
            case 6 -> limit(LimitScope.CAMPAIGN, Scenario.CAMPAIGN, Optional.of(random.nextInt(3)));
            case 7 -> limit(LimitScope.WORKER, workers.get(random.nextInt(workers.size())).id(),
                    Optional.of(random.nextInt(3)));
            default -> {
                define(random.nextInt(specs.size()));
                submit();
            }
        }
    }

    private void limit(LimitScope scope, String name, Optional<Integer> most) {
        command(new RoadmapCommand.SetLimit(scope, name, most, "ann"));
    }

    /// From here on nothing is lost or late, and everybody is back.
    private void calm() {
        troubled = false;
        downUntil = step;
        deafUntil = step;
        workers.forEach(SimulatedWorker::restartIfDown);
        command(new RoadmapCommand.ResumeCampaign(Scenario.CAMPAIGN, "ann"));
        limit(LimitScope.CAMPAIGN, Scenario.CAMPAIGN, Optional.empty());
        workers.forEach(worker -> limit(LimitScope.WORKER, worker.id(), Optional.empty()));
        submit();
    }

    private void submit() {
        command(new RoadmapCommand.Submit(Scenario.CAMPAIGN, "s" + log.size(), List.of("f.yaml"), Optional.empty(),
                specs.values().stream().flatMap(task -> SpreadSearch.expand(task).stream()).toList(), "ann", false));
    }

    private void killCoordinator() {
        downUntil = step + random.nextInt(40);
        state = new RoadmapState();
        log.forEach(state::replay);
        decideAndLog(new RoadmapCommand.TakeOver("coordinator-" + step));
        // What the reports say may be wrong in any way: a worker that was given up too early only costs another try.
        Map<String, Duration> silent = new HashMap<>();
        workers.stream().filter(_ -> random.nextBoolean()).forEach(worker ->
                silent.put(worker.id(), Duration.ofMillis(random.nextInt(12_000))));
        decideAndLog(new RoadmapCommand.RecallSilence(silent, Duration.ofMillis(random.nextInt(12_000)),
                Duration.ofMillis(random.nextInt(20_000))));
    }

    /// Whether the command had any effect.
    private boolean command(RoadmapCommand command) {
        if (downUntil > step) {
            return false;
        }
        if (troubled && random.nextInt(300) == 0) {
            decider.decide(state, command, now()).events().forEach(state::replay);
            killCoordinator();
            return false;
        }
        return decideAndLog(command);
    }

    private boolean decideAndLog(RoadmapCommand command) {
        Decision decision = decider.decide(state, command, now());
        for (RoadmapEvent event : decision.events()) {
            state.replay(event);
            if (event instanceof RoadmapEvent.Durable durable) {
                log.add(durable);
                invariants.check(durable);
            }
        }
        decision.messages().forEach(this::toWorker);
        return !decision.events().isEmpty();
    }

    private void toWorker(CoordinatorMessage message) {
        if (message instanceof CoordinatorMessage.Assignment assignment) {
            invariants.check(assignment);
        }
        for (SimulatedWorker worker : workers) {
            if (worker.id().equals(message.workerId())) {
                send(() -> worker.receive(message));
            }
        }
    }

    void toCoordinator(WorkerMessage message) {
        send(() -> command(new RoadmapCommand.HearWorker(message)));
    }

    private void send(Runnable action) {
        if (troubled && random.nextInt(12) == 0) {
            return;
        }
        int copies = troubled && random.nextInt(12) == 0 ? 2 : 1;
        for (int copy = 0; copy < copies; copy++) {
            long delay = troubled && random.nextInt(5) == 0 ? random.nextInt(30) : random.nextInt(2);
            network.add(new Delivery(step + delay, sent++, action));
        }
    }

    void finished(AttemptId attempt) {
        finishedByWorkers.add(attempt);
    }

    boolean troubled() {
        return troubled;
    }

    long step() {
        return step;
    }

    static long steps(Duration duration) {
        return duration.toMillis() / STEP_MILLIS;
    }

    private Instant now() {
        return START.plusMillis(step * STEP_MILLIS + clockOffsetMillis);
    }

    private static void check(boolean condition, String fault) {
        if (!condition) {
            throw new AssertionError(fault);
        }
    }
}
