package com.alphaheng.cli.faults;

import com.alphaheng.cli.CliException;
import com.alphaheng.cli.Submission;
import com.alphaheng.cli.audit.EventLogReader;
import com.alphaheng.cli.simulate.SimulatedTasks;
import com.alphaheng.cli.simulate.Simulation;
import com.alphaheng.cli.up.ChildProcess;
import com.alphaheng.cli.up.PrivatePipeline;
import com.alphaheng.cli.up.RunRecord;
import com.alphaheng.spec.SourceFile;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.errors.InterruptException;

/// Runs a campaign while its processes are killed, frozen, cut off and starved of disk, and reads the result off the
/// event log.
final class FaultCampaign {
    private static final String CAMPAIGN = "faults";
    private static final String CAMPAIGN_PATH = "/api/campaigns/" + CAMPAIGN;
    private static final String FILLER = "filler";
    /// Long chains would make everybody wait for one lost job, and nobody be busy.
    private static final double MOST_ARE_FREE = 0.7;
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
    /// @param failures what could not be measured
    /// @param left     kinds of faults that could not be inflicted here, with the reason
    record Outcome(FaultPlan plan, Duration took, FaultFigures figures, List<Injected> faults,
                   List<String> unplanned, Map<FaultKind, String> left, Optional<Recovery> recovery,
                   List<String> failures) {
        /// Whether nothing was lost, nothing counted twice and the log is sound.
        boolean sound() {
            return failures.isEmpty() && figures.audit().faults().isEmpty()
                    && figures.audit().succeededOnce() == plan.jobs();
        }
    }

    /// How long a coordinator needs with a long log.
    ///
    /// @param takeOver from `kill -9` of the active one to the standby being active
    /// @param restart  from the start of the only coordinator's process to its being active
    record Recovery(long facts, Duration takeOver, Duration restart) {
    }

    /// @param record gets what this makes; whoever has it removes that
    Outcome run(RunRecord record) {
        Targets targets = Targets.start(plan, record);
        Map<FaultKind, String> left = new java.util.EnumMap<>(FaultKind.class);
        for (FaultKind kind : FaultKind.values()) {
            if (!targets.missing(kind).isEmpty()) {
                left.put(kind, targets.missing(kind));
                notice.accept("left out: " + kind.description() + ": " + targets.missing(kind));
            }
        }
        Instant start = Instant.now();
        Injector injector = new Injector(targets, plan, notice);
        List<String> failures = new ArrayList<>();
        boolean whole = untilStopped(() -> underFire(targets, injector, start,
                start.plus(plan.duration().multipliedBy(3)).plus(PATIENCE)));
        Duration took = Duration.between(start, Instant.now());
        if (!whole) {
            failures.add("Stopped from outside after " + took.toSeconds() + " s: jobs that had not ended by then "
                    + "count as lost, and nothing came to rest first.");
        }
        if (!whole || !untilStopped(injector::settle)) {
            injector.undoAll();
        } else {
            try {
                targets.awaitActive(PATIENCE);
            } catch (CliException e) {
                failures.add("In the calm afterwards " + e.getMessage());
                targets.lastLines().forEach(failures::add);
            }
        }
        FaultFigures figures = new FaultFigures(CAMPAIGN, targets.worked(), injector.done());
        EventLogReader.read(targets.pipeline().bootstrap(), figures::accept);
        figures.evaluate();
        figures.audit().takeOvers().forEach(taken -> notice.accept(taken.at() + " " + taken.instance()
                + " took over"));
        notice.accept("slowest to be noticed: " + figures.noticed().slowest());
        notice.accept("slowest to be given to another: " + figures.reassigned().slowest());
        Optional<Recovery> recovery = Optional.empty();
        if (plan.recoveryFacts() > 0 && failures.isEmpty()) {
            try {
                recovery = Optional.of(recovery(targets, figures.audit().facts()));
            } catch (CliException | InterruptException e) {
                Thread.interrupted(); // Whoever ends this program waits for the report.
                failures.add("The recovery with a long log was not measured: " + e.getMessage());
                targets.lastLines().forEach(failures::add);
            }
        }
        return new Outcome(plan, took, figures, injector.done(), injector.unplanned(), left, recovery, failures);
    }

    /// Whether it came to its end; if not, somebody ends this program, which has time for a report.
    private static boolean untilStopped(Runnable part) {
        try {
            part.run();
            return true;
        } catch (RuntimeException e) {
            if (!Thread.interrupted()) {
                throw e;
            }
            return false;
        }
    }

    /// What is to be submitted, in order.
    private Deque<Map<String, Object>> submissions(Targets targets) {
        List<SimulatedTasks.Node> nodes = SimulatedTasks.draw(plan.jobs(), plan.jobsPerSubmission(),
                MOST_ARE_FREE, plan.seed());
        Set<String> forAgents = IntStream.range(0, nodes.size()).filter(plan::forAgent)
                .mapToObj(number -> nodes.get(number).name()).collect(Collectors.toSet());
        Deque<Map<String, Object>> bodies = new ArrayDeque<>();
        for (List<SourceFile> files : SimulatedTasks.submissions(nodes, plan.jobsPerSubmission(), node ->
                forAgents.contains(node.name()) ? targets.agentTask() : SimulatedTasks.SIMULATED)) {
            bodies.add(Submission.body(files, Optional.empty()));
        }
        return bodies;
    }

    private void underFire(Targets targets, Injector injector, Instant start, Instant end) {
        Deque<Map<String, Object>> left = submissions(targets);
        int all = left.size();
        Instant nextLook = start.plus(PROGRESS);
        // What is left then must come to its end in peace, or a long chain of jobs would make the run last for ever.
        Instant lastFault = start.plus(plan.duration().multipliedBy(3).dividedBy(2));
        while (Instant.now().isBefore(end)) {
            injector.turn(Instant.now().isBefore(lastFault));
            Instant due = start.plus(plan.duration().multipliedBy(all - left.size()).dividedBy(all));
            if (!left.isEmpty() && !Instant.now().isBefore(due) && post(targets, "/submissions", left.peek())) {
                left.remove();
            }
            PrivatePipeline.pause(TURN_MILLIS);
            if (Instant.now().isAfter(nextLook)) {
                nextLook = Instant.now().plus(PROGRESS);
                Optional<JsonNode> state = state(targets);
                state.ifPresent(known -> notice.accept("  " + known.path("counts")));
                if (left.isEmpty() && state.isPresent() && state.get().path("finished").asBoolean()) {
                    if (state.get().path("counts").path("FAILED").asInt() == 0) {
                        return;
                    }
                    // A job that lost its worker six times fails until somebody has had a look at it.
                    post(targets, "/rerun-failed", Map.of());
                }
            }
        }
    }

    /// Whether it was answered; if not, asking again is harmless.
    private static boolean post(Targets targets, String path, Map<String, Object> body) {
        try {
            return targets.activeCoordinator().map(active -> targets.pipeline().address(active)
                    .post(CAMPAIGN_PATH + path, body)).isPresent();
        } catch (CliException e) {
            return false; // Somebody has just killed it.
        }
    }

    private static Optional<JsonNode> state(Targets targets) {
        try {
            return targets.activeCoordinator().map(active -> targets.pipeline().address(active)
                    .get(CAMPAIGN_PATH));
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
                tasks, true, plan.seed(), Duration.ofMillis(50), 0, Duration.ofSeconds(180))).run();
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
