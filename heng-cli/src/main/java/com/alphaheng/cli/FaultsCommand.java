package com.alphaheng.cli;

import com.alphaheng.cli.faults.FaultRun;
import com.alphaheng.cli.up.RunRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Proof that one may kill any of it.
@Command(name = "faults", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Run a campaign on real processes while they are killed, frozen, cut off from the network and "
                + "starved of disk; then check the event log fact by fact: nothing lost, nothing counted twice.",
        footer = {"", "It starts everything itself, in a folder of its own. Cut networks and full disks need",
            "Linux and root; elsewhere they are left out, and the report says so.",
            "Ended by Ctrl-C or SIGTERM it still writes its report, and removes all it has made. What a",
            "killed one (kill -9) had made is written down in .heng/runs; the next run removes it.",
            "Exit code 1 if a job was lost, counted twice or did not end in time."})
final class FaultsCommand implements Callable<Integer> {
    @Option(names = "--jobs", paramLabel = "N", defaultValue = "10000", description = "Default: ${DEFAULT-VALUE}.")
    private int jobs;

    @Option(names = "--minutes", paramLabel = "M", defaultValue = "5",
            description = "How long the jobs would take without faults (default: ${DEFAULT-VALUE}).")
    private double minutes;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1",
            description = "Draws the task graph and the faults (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--fleets", paramLabel = "N", defaultValue = "6",
            description = "Processes of simulated workers (default: ${DEFAULT-VALUE}).")
    private int fleets;

    @Option(names = "--workers", paramLabel = "N", defaultValue = "25",
            description = "Simulated workers in each of them (default: ${DEFAULT-VALUE}).")
    private int workers;

    @Option(names = "--agents", paramLabel = "N", defaultValue = "2",
            description = "Real worker agents (default: ${DEFAULT-VALUE}).")
    private int agents;

    @Option(names = "--between", paramLabel = "SECONDS", defaultValue = "5",
            description = "Mean time from one fault to the next (default: ${DEFAULT-VALUE}).")
    private double between;

    @Option(names = "--kafka", paramLabel = "HOST:PORT", description = "Use this Kafka, which must be empty, and leave "
            + "it alone; the network of workers is not cut then either (default: a broker of its own).")
    private String kafka;

    @Option(names = "--recovery-facts", paramLabel = "N", defaultValue = "100000",
            description = "At the end, measure the recovery with so many facts in the log; 0 leaves that out "
                    + "(default: ${DEFAULT-VALUE}).")
    private int recoveryFacts;

    @Option(names = "--report", paramLabel = "FILE", description = "Also write the report there.")
    private Path report;

    @Spec
    private CommandSpec specification;

    /// Ctrl-C and SIGTERM end the campaign early, but not without its report.
    @Override
    public Integer call() {
        Consumer<String> notice = line -> specification.commandLine().getErr().println(line);
        try (RunRecord record = RunRecord.begin("faults", notice)) {
            try {
                return FaultRun.of(jobs, minutes, seed, fleets, workers, agents, between, Optional.ofNullable(kafka),
                        recoveryFacts).run(notice, command(), this::write, record) ? ExitCode.OK : ExitCode.FAILED;
            } catch (RuntimeException e) {
                if (!record.isStopped()) {
                    throw e;
                }
                return ExitCode.FAILED; // What failed was stopped, and the exit status is the signal's.
            }
        }
    }

    private String command() {
        return "./heng faults --jobs %d --minutes %s --seed %d --fleets %d --workers %d --agents %d"
                .formatted(jobs, plain(minutes), seed, fleets, workers, agents) + " --between " + plain(between)
                + (kafka == null ? "" : " --kafka " + kafka) + " --recovery-facts " + recoveryFacts;
    }

    private void write(List<String> lines) {
        lines.forEach(specification.commandLine().getOut()::println);
        specification.commandLine().getOut().flush();
        if (report != null) {
            try {
                Files.write(report, lines);
            } catch (IOException e) {
                throw CliException.unavailable("cannot write the report to " + report + " (" + CliException.reason(e)
                        + "); it stands above");
            }
        }
    }

    private static String plain(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }
}
