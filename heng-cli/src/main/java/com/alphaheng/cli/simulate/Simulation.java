package com.alphaheng.cli.simulate;

import com.alphaheng.cli.CliException;
import com.alphaheng.cli.Coordinator;
import com.alphaheng.cli.Submission;
import com.alphaheng.cli.audit.EventLogReader;
import com.alphaheng.cli.audit.LogAudit;
import com.alphaheng.spec.SourceFile;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;

/// One simulated campaign, from submission to the last task.
public final class Simulation {
    private static final double ONE_IN_FOUR = 0.25;
    private static final Duration TURN = Duration.ofMillis(500);
    private static final Duration MOMENT = Duration.ofMillis(10);

    private final Coordinator coordinator;
    private final String campaign;
    private final String path;
    private final String broker;
    private final Plan plan;

    public Simulation(Coordinator coordinator, String campaign, String broker, Plan plan) {
        this.coordinator = coordinator;
        this.campaign = campaign;
        this.path = "/api/campaigns/" + Coordinator.segment(campaign);
        this.broker = broker;
        this.plan = plan;
    }

    /// What to simulate.
    ///
    /// @param flat   whether the tasks do not depend on each other
    /// @param mean   duration of a task
    /// @param deaths share of assignments at which the worker dies
    /// @param limit  time after which to give up
    public record Plan(int workers, int tasks, boolean flat, long seed, Duration mean, double deaths,
                       Duration limit) {
    }

    /// What came of it.
    ///
    /// @param firstPlanSeconds  for a plan of the first submission, while the campaign had no tasks
    /// @param lastPlanSeconds   for one of the last submission, when it had all the others and was running them
    /// @param submitSeconds     of all submissions, one after the other
    /// @param sustainedPerSecond rate of the middle half of all assignments
    /// @param dispatchMillisP50 from a task's last dependency reported finished to its assignment received
    /// @param faults            what the log holds that must never be
    public record Outcome(Plan plan, int succeeded, double firstPlanSeconds, double lastPlanSeconds,
                          double firstSubmitSeconds, double lastSubmitSeconds, double submitSeconds,
                          double campaignSeconds, int assignments, int deaths, double assignmentsPerSecond,
                          double sustainedPerSecond, int dispatchSamples, double dispatchMillisP50,
                          double dispatchMillisP99, long facts, List<String> faults) {
        /// For people.
        public List<String> lines() {
            List<String> lines = new ArrayList<>(List.of("%d workers, %d tasks of %.2f s, seed %d".formatted(
                    plan.workers(), plan.tasks(), plan.mean().toMillis() / 1e3, plan.seed()),
                    "  %d of %d tasks succeeded, %d assignments, %d workers died".formatted(succeeded, plan.tasks(),
                            assignments, deaths),
                    "  planned in %.2f s, submitted in %.2f s, finished after %.1f s".formatted(firstPlanSeconds,
                            firstSubmitSeconds, campaignSeconds),
                    "  %.0f jobs/s dispatched, %.0f jobs/s in the middle half".formatted(
                            assignmentsPerSecond, sustainedPerSecond),
                    "  ready to started: p50 %.1f ms, p99 %.1f ms (%d samples)".formatted(dispatchMillisP50,
                            dispatchMillisP99, dispatchSamples),
                    "  log of %d facts: %s".formatted(facts, faults.isEmpty() ? "every task ended exactly once, in "
                            + "order, within the slots" : faults.size() + " faults, the first ones:")));
            if (submitSeconds > firstSubmitSeconds) {
                lines.add(3, "  its last part planned in %.2f s, submitted in %.2f s; all parts submitted in %.2f s"
                        .formatted(lastPlanSeconds, lastSubmitSeconds, submitSeconds));
            }
            faults.stream().limit(5).forEach(fault -> lines.add("    " + fault));
            return lines;
        }

        /// Whether every task succeeded and the log is sound.
        public boolean sound() {
            return succeeded == plan.tasks() && faults.isEmpty();
        }
    }

    public Outcome run() {
        List<SimulatedTasks.Node> nodes = SimulatedTasks.draw(plan.tasks(), plan.flat() ? 0 : 4 * plan.workers(),
                ONE_IN_FOUR, plan.seed());
        DispatchTimes times = new DispatchTimes(nodes, plan.workers());
        try (SimulatedFleet fleet = new SimulatedFleet(broker, "sim", plan.workers(), plan.mean(), plan.deaths(),
                plan.seed(), times)) {
            fleet.run(Duration.ofSeconds(5)); // Everybody has said hello.
            List<List<SourceFile>> submissions = SimulatedTasks.submissions(nodes);
            double firstPlan = post(fleet, "/plan", submissions.getFirst());
            double lastPlan = firstPlan;
            List<Double> submitted = new ArrayList<>();
            long start = System.nanoTime();
            for (List<SourceFile> files : submissions) {
                if (files == submissions.getLast() && !submitted.isEmpty()) {
                    lastPlan = post(fleet, "/plan", files);
                }
                submitted.add(post(fleet, "/submissions", files));
            }
            JsonNode state;
            do {
                fleet.run(TURN);
                state = meanwhile(fleet, () -> coordinator.get(path));
            } while (!state.path("finished").asBoolean() && System.nanoTime() - start < plan.limit().toNanos());
            double seconds = seconds(start);
            LogAudit audit = new LogAudit(campaign, Optional.empty());
            EventLogReader.read(broker, audit::accept);
            return new Outcome(plan, audit.succeededOnce(), firstPlan, lastPlan, submitted.getFirst(),
                    submitted.getLast(), submitted.stream().mapToDouble(Double::doubleValue).sum(), seconds,
                    times.assignments(),
                    times.deaths(), times.assignmentsPerSecond(), times.sustainedPerSecond(), times.samples(),
                    times.quantile(0.5), times.quantile(0.99), audit.facts(), audit.faults());
        } catch (KafkaException e) {
            throw CliException.unavailable("Kafka at " + broker + " does not serve: " + e.getMessage());
        }
    }

    /// Asks the coordinator, while the workers go on: they would be missed if they fell silent.
    private static <T> T meanwhile(SimulatedFleet fleet, Supplier<T> question) {
        CompletableFuture<T> answer = CompletableFuture.supplyAsync(question);
        while (!answer.isDone()) {
            fleet.run(MOMENT);
        }
        try {
            return answer.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof CliException said ? said : e;
        }
    }

    /// Seconds it took.
    private double post(SimulatedFleet fleet, String what, List<SourceFile> files) {
        Map<String, Object> body = Submission.body(files, Optional.empty());
        long start = System.nanoTime();
        meanwhile(fleet, () -> coordinator.post(path + what, body));
        return seconds(start);
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }
}
