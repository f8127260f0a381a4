package com.alphaheng.cli.simulate;

import com.alphaheng.cli.CliException;
import com.alphaheng.cli.Coordinator;
import com.alphaheng.cli.Submission;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;

/// One simulated campaign, from submission to the last task.
public final class Simulation {
    private static final Duration TURN = Duration.ofMillis(500);

    private final Coordinator coordinator;
    private final String path;
    private final String broker;
    private final Plan plan;

    public Simulation(Coordinator coordinator, String campaign, String broker, Plan plan) {
        this.coordinator = coordinator;
        this.path = "/api/campaigns/" + Coordinator.segment(campaign);
        this.broker = broker;
        this.plan = plan;
    }

    /// What to simulate.
    ///
    /// @param mean   duration of a task
    /// @param deaths share of assignments at which the worker dies
    /// @param limit  time after which to give up
    public record Plan(int workers, int tasks, long seed, Duration mean, double deaths, Duration limit) {
    }

    /// What came of it.
    ///
    /// @param dispatchMillisP50 from a task's last dependency reported finished to its assignment received
    public record Outcome(Plan plan, int succeeded, double submitSeconds, double campaignSeconds, int assignments,
                          int deaths, double assignmentsPerSecond, int dispatchSamples, double dispatchMillisP50,
                          double dispatchMillisP99) {
        /// For people.
        public List<String> lines() {
            return List.of("%d workers, %d tasks, seed %d".formatted(plan.workers(), plan.tasks(), plan.seed()),
                    "  %d of %d tasks succeeded, %d assignments, %d workers died".formatted(succeeded, plan.tasks(),
                            assignments, deaths),
                    "  submitted in %.2f s, finished after %.1f s".formatted(submitSeconds, campaignSeconds),
                    "  %.0f assignments/s".formatted(assignmentsPerSecond),
                    "  dispatch p50 %.1f ms, p99 %.1f ms (%d samples)".formatted(dispatchMillisP50, dispatchMillisP99,
                            dispatchSamples));
        }
    }

    public Outcome run() {
        List<SimulatedTasks.Node> nodes = SimulatedTasks.draw(plan.tasks(), plan.seed());
        DispatchTimes times = new DispatchTimes(nodes, plan.workers());
        try (SimulatedFleet fleet = new SimulatedFleet(broker, plan.workers(), plan.mean(), plan.deaths(), plan.seed(),
                times)) {
            fleet.run(Duration.ofSeconds(5)); // Everybody has said hello.
            long start = System.nanoTime();
            coordinator.post(path + "/submissions",
                    Submission.body(List.of(SimulatedTasks.file(nodes)), Optional.empty()));
            double submitted = seconds(start);
            JsonNode state;
            do {
                fleet.run(TURN);
                state = coordinator.get(path);
            } while (!state.path("finished").asBoolean() && System.nanoTime() - start < plan.limit().toNanos());
            return new Outcome(plan, state.path("counts").path("SUCCEEDED").asInt(), submitted, seconds(start),
                    times.assignments(), times.deaths(), times.assignmentsPerSecond(), times.samples(),
                    times.quantile(0.5), times.quantile(0.99));
        } catch (KafkaException e) {
            throw CliException.unavailable("Kafka at " + broker + " does not serve: " + e.getMessage());
        }
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }
}
