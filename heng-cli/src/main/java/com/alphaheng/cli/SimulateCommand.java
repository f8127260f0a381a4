package com.alphaheng.cli;

import com.alphaheng.cli.simulate.Simulation;
import com.alphaheng.protocol.ProtocolCodec;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Load for a coordinator: many workers that only wait.
@Command(name = "simulate", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Run a campaign of tasks that only wait on simulated workers, which speak the real protocol over "
                + "the real Kafka, and print how fast the coordinator was.",
        footer = {"", "Start a pipeline first: ./heng up --no-submit (its broker's address is in",
            ".heng/data/heng.properties). Exit code 1 if a task did not succeed in time."})
final class SimulateCommand implements Callable<Integer> {
    @Option(names = "--broker", paramLabel = "HOST:PORT", required = true, description = "The coordinator's Kafka.")
    private String broker;

    @Option(names = "--workers", paramLabel = "N", defaultValue = "100", description = "Default: ${DEFAULT-VALUE}.")
    private int workers;

    @Option(names = "--tasks", paramLabel = "N", defaultValue = "1000", description = "Default: ${DEFAULT-VALUE}.")
    private int tasks;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1",
            description = "Draws the task graph, durations and deaths (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--task-seconds", paramLabel = "S", defaultValue = "0.5",
            description = "Mean duration of a task (default: ${DEFAULT-VALUE}).")
    private double taskSeconds;

    @Option(names = "--deaths", paramLabel = "SHARE", defaultValue = "0",
            description = "Share of assignments at which the worker dies and comes back without memory.")
    private double deaths;

    @Option(names = "--limit", paramLabel = "SECONDS", defaultValue = "600",
            description = "Give up after this time (default: ${DEFAULT-VALUE}).")
    private int limit;

    @Mixin
    private ConnectionOptions connection;

    @Mixin
    private Output output;

    @Override
    public Integer call() {
        String campaign = "simulation-%d-%d-%d".formatted(workers, tasks, System.currentTimeMillis());
        Simulation simulation = new Simulation(connection.coordinator(), campaign, broker,
                new Simulation.Plan(workers, tasks, seed, Duration.ofMillis(Math.round(taskSeconds * 1000)), deaths,
                        Duration.ofSeconds(limit)));
        Simulation.Outcome outcome = simulation.run();
        if (output.isJson()) {
            output.json(ProtocolCodec.jsonMapper().valueToTree(outcome));
        } else {
            output.lines(outcome.lines());
        }
        return outcome.succeeded() == tasks ? ExitCode.OK : ExitCode.FAILED;
    }
}
