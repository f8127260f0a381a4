package com.alphaheng.cli.faults;

import com.alphaheng.cli.CliException;
import com.alphaheng.cli.Coordinator;
import com.alphaheng.cli.Submission;
import com.alphaheng.cli.audit.EventLogReader;
import com.alphaheng.cli.simulate.SimulatedTasks;
import com.alphaheng.cli.simulate.Simulation;
import com.alphaheng.cli.up.ChildProcess;
import com.alphaheng.cli.up.PrivatePipeline;
import com.alphaheng.spec.SourceFile;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Runs a campaign while its processes are killed, frozen, cut off and starved of disk, and reads the result off the
/// event log.
final class FaultCampaign {
    private static final String CAMPAIGN = "faults";
    private static final String FILLER = "filler";
    private static final long TURN_MILLIS = 100;
    private static final Duration PROGRESS = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int FACTS_PER_TASK = 4;

    private final FaultPlan plan;
    private final Consumer<String> notice;

    FaultCampaign(FaultPlan plan, Consumer<String> notice) {
        this.plan = plan;
        this.notice = notice;
    }

    /// What came of it.
    ///
    /// @param finished whether every job had ended before time was up
    /// @param failures what could not be measured
    /// @param left     kinds of faults that could not be inflicted here, with the reason
    record Outcome(FaultPlan plan, boolean finished, Duration took, FaultFigures figures, List<Injected> faults,
                   List<String> unplanned, Map<FaultKind, String> left, Optional<Recovery> recovery,
                   List<String> failures) {
        /// Whether nothing was lost, nothing counted twice and the log is sound.
        boolean sound() {
            return finished && failures.isEmpty() && figures.audit().faults().isEmpty()
                    && figures.audit().succeededOnce() == plan.jobs();
        }
    }

    /// How long a coordinator needs with a long log.
    ///
    /// @param takeOver from `kill -9` of the active one to the standby being active
    /// @param restart  from the start of the only coordinator's process to its being active
    record Recovery(long facts, Duration takeOver, Duration restart) {
    }

    Outcome run() {
        try (Targets targets = Targets.start(plan)) {
            Map<FaultKind, String> left = new java.util.EnumMap<>(FaultKind.class);
            for (FaultKind kind : FaultKind.values()) {
                if (!targets.missing(kind).isEmpty()) {
                    left.put(kind, targets.missing(kind));
                    notice.accept("left out: " + kind.description() + ": " + targets.missing(kind));
                }
            }
            submit(targets);
            Instant start = Instant.now();
            Injector injector = new Injector(targets, plan, notice);
            boolean finished = underFire(targets, injector, start.plus(plan.duration().multipliedBy(4)).plus(PATIENCE));
            Duration took = Duration.between(start, Instant.now());
            injector.settle();
            targets.awaitActive(PATIENCE);
            FaultFigures figures = new FaultFigures(CAMPAIGN, targets.worked(), injector.done());
            EventLogReader.read(targets.pipeline().bootstrap(), figures::accept);
            figures.evaluate();
            figures.audit().takeOvers().forEach(taken -> notice.accept(taken.at() + " " + taken.instance()
                    + " took over"));
            Optional<Recovery> recovery = Optional.empty();
            List<String> failures = new ArrayList<>();
            if (plan.recoveryFacts() > 0) {
                try {
                    recovery = Optional.of(recovery(targets, figures.audit().facts()));
                } catch (CliException e) {
                    failures.add("The recovery with a long log was not measured: " + e.getMessage());
                    targets.lastLines().forEach(failures::add);
                }
            }
            return new Outcome(plan, finished, took, figures, injector.done(), injector.unplanned(), left, recovery,
                    failures);
        }
    }

    private void submit(Targets targets) {
        List<SimulatedTasks.Node> nodes = SimulatedTasks.draw(plan.jobs(), 4 * plan.fleets() * plan.workersPerFleet(),
                plan.seed());
        Coordinator coordinator = targets.pipeline().active();
        String simulated = "requires: {labels: {" + SimulatedTasks.LABEL + ": \"yes\"}}\n    verify_command: exit 1";
        Set<String> forAgents = IntStream.range(0, nodes.size()).filter(plan::forAgent)
                .mapToObj(number -> nodes.get(number).name()).collect(Collectors.toSet());
        for (List<SourceFile> files : SimulatedTasks.submissions(nodes, node -> forAgents.contains(node.name())
                ? targets.agentTask() : simulated)) {
            coordinator.post("/api/campaigns/" + CAMPAIGN + "/submissions", Submission.body(files, Optional.empty()));
        }
    }

    private boolean underFire(Targets targets, Injector injector, Instant end) {
        Instant nextLook = Instant.now().plus(PROGRESS);
        while (Instant.now().isBefore(end)) {
            injector.turn();
            PrivatePipeline.pause(TURN_MILLIS);
            if (Instant.now().isAfter(nextLook)) {
                nextLook = Instant.now().plus(PROGRESS);
                Optional<JsonNode> state = state(targets);
                if (state.isPresent()) {
                    notice.accept("  " + state.get().path("counts"));
                    if (state.get().path("finished").asBoolean()) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private static Optional<JsonNode> state(Targets targets) {
        try {
            return targets.activeCoordinator().map(active -> targets.pipeline().address(active)
                    .get("/api/campaigns/" + CAMPAIGN));
        } catch (CliException e) {
            return Optional.empty(); // Somebody has just killed it.
        }
    }

    /// Makes the log as long as asked for by a quick campaign, then kills coordinators once more.
    private Recovery recovery(Targets targets, long facts) {
        int tasks = (int) Math.max(1, (plan.recoveryFacts() - facts) / FACTS_PER_TASK + 1);
        notice.accept("a campaign of " + tasks + " more tasks, to make the log longer");
        targets.fleets().forEach(ChildProcess::kill);
        new Simulation(targets.pipeline().active(), FILLER, targets.pipeline().bootstrap(), new Simulation.Plan(300,
                tasks, plan.seed(), Duration.ofMillis(50), 0, Duration.ofSeconds(180))).run();
        List<Long> length = new ArrayList<>(List.of(0L));
        EventLogReader.read(targets.pipeline().bootstrap(), fact -> length.set(0, length.getFirst() + 1));

        ChildProcess active = targets.activeCoordinator().orElseThrow(() ->
                CliException.failed("no coordinator is active after the campaign"));
        long killed = System.nanoTime();
        active.kill();
        Duration takeOver = Duration.ofNanos(targets.awaitActive(PATIENCE) - killed);
        targets.pipeline().coordinators().forEach(ChildProcess::kill);
        // The dead one's place in the group must be free, or its session would be measured.
        PrivatePipeline.pause(8_000);
        long started = System.nanoTime();
        active.start();
        Duration restart = Duration.ofNanos(targets.awaitActive(PATIENCE) - started);
        return new Recovery(length.getFirst(), takeOver, restart);
    }
}
