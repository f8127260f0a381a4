package com.alphaheng.cli;

import com.alphaheng.cli.simulate.Simulation;
import com.alphaheng.cli.up.ChildProcess;
import com.alphaheng.cli.up.LiveObjects;
import com.alphaheng.cli.up.PrivatePipeline;
import com.alphaheng.cli.up.RunRecord;
import com.alphaheng.protocol.ProtocolCodec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Load for a coordinator: many workers that only wait.
@Command(name = "simulate", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Run a campaign of tasks that only wait on simulated workers, which speak the real protocol over "
                + "real Kafka; print how fast the coordinator was, and check its log fact by fact.",
        footer = {"", "Without --broker it starts a broker and a coordinator of its own, and stops them.",
            "Exit code 1 if a task did not succeed in time or the log is not sound."})
final class SimulateCommand implements Callable<Integer> {
    @Option(names = "--broker", paramLabel = "HOST:PORT", description = "Use this Kafka, and the coordinator at --url, "
            + "instead of ones of its own (of './heng up --no-submit', say).")
    private String broker;

    @Option(names = "--workers", paramLabel = "N", defaultValue = "100", description = "Default: ${DEFAULT-VALUE}.")
    private int workers;

    @Option(names = "--tasks", paramLabel = "N", defaultValue = "1000", description = "Default: ${DEFAULT-VALUE}.")
    private int tasks;

    @Option(names = "--flat", description = "Without dependencies: all tasks are ready at once, so that "
            + "dispatching is all there is to wait for.")
    private boolean flat;

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

    @Option(names = "--coordinator-memory", paramLabel = "MB", defaultValue = "512",
            description = "Heap of a coordinator of its own (default: ${DEFAULT-VALUE}).")
    private int megabytes;

    @Mixin
    private ConnectionOptions connection;

    @Mixin
    private Output output;

    @Override
    public Integer call() {
        if (workers < 1 || tasks < 1 || taskSeconds <= 0 || deaths < 0 || deaths >= 1 || limit < 1) {
            throw new CliException(ExitCode.USAGE, "--workers, --tasks, --task-seconds and --limit must be above 0, "
                    + "--deaths from 0 to below 1");
        }
        String campaign = "simulation-%d-%d-%d".formatted(workers, tasks, System.currentTimeMillis());
        var plan = new Simulation.Plan(workers, tasks, flat, seed,
                Duration.ofMillis(Math.round(taskSeconds * 1000)), deaths, Duration.ofSeconds(limit));
        if (broker != null) {
            return print(new Simulation(connection.coordinator(), campaign, broker, plan).run());
        }
        try (RunRecord record = RunRecord.begin("simulate", line -> System.err.println("heng: " + line))) {
            try {
                return withOwnPipeline(record, campaign, plan);
            } catch (RuntimeException e) {
                if (!record.isStopped()) {
                    throw e;
                }
                return ExitCode.FAILED; // What failed was stopped, and the exit status is the signal's.
            }
        }
    }

    private int withOwnPipeline(RunRecord record, String campaign, Simulation.Plan plan) {
        Path folder = record.folder("heng-simulate");
        PrivatePipeline pipeline = PrivatePipeline.of(record, folder, "127.0.0.1");
        pipeline.startBroker(folder.resolve("broker"));
        ChildProcess coordinator = pipeline.startCoordinator(megabytes, true);
        LiveObjects before = LiveObjects.of(coordinator);
        int exit = print(new Simulation(pipeline.active(), campaign, pipeline.bootstrap(), plan).run());
        if (!output.isJson()) {
            LiveObjects after = LiveObjects.of(coordinator);
            output.lines(List.of("  coordinator's heap: %.1f MB before, %.1f MB after: %.1f MB per 10,000 tasks"
                    .formatted(before.bytes() / 1e6, after.bytes() / 1e6,
                    (after.bytes() - before.bytes()) / 1e6 * 10_000 / tasks)));
        }
        return exit;
    }

    private int print(Simulation.Outcome outcome) {
        if (output.isJson()) {
            output.json(ProtocolCodec.jsonMapper().valueToTree(outcome));
        } else {
            output.lines(outcome.lines());
        }
        return outcome.sound() ? ExitCode.OK : ExitCode.FAILED;
    }
}
