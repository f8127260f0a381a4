package com.alphaheng.cli;

import com.alphaheng.cli.up.ChildProcess;
import com.alphaheng.cli.up.Programs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// A worker in the foreground that takes tasks from a coordinator elsewhere.
@Command(name = "worker", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Run a worker in the foreground that joins a coordinator, here or elsewhere, through its Kafka.",
        footer = {"", "Further settings are system properties or environment variables, see",
            "worker-agent/README.md; give them with -D: heng worker -Dheng.worker.slots=2"})
final class WorkerCommand implements Callable<Integer> {
    @Option(names = "--broker", paramLabel = "HOST:PORT",
            description = "The coordinator's Kafka, several with commas. Not needed by a worker that has enrolled.")
    private String broker;

    @Option(names = "--enrol", paramLabel = "TOKEN", description = "Trade a one-time token (heng token enrol) for this "
            + "worker's own, and its Kafka settings; they are kept for the next start.")
    private String enrol;

    @Mixin
    private ConnectionOptions connection;

    @Option(names = "--id", paramLabel = "NAME", description = "Unique in the fleet (default: the host's name).")
    private String id;

    @Option(names = "--slots", paramLabel = "N", description = "Attempts at once (default: 1).")
    private Integer slots;

    @Option(names = "--source", paramLabel = "URL",
            description = "Repository that attempts check out (default: this one).")
    private String source;

    @Option(names = "--folder", paramLabel = "DIR", description = "Where it keeps checkouts and builds.")
    private Path folder;

    @Option(names = "-D", paramLabel = "NAME=VALUE", description = "A further setting.")
    private Map<String, String> settings = Map.of();

    @Override
    public Integer call() throws IOException, InterruptedException {
        Optional<Credentials> credentials = enrol != null
                ? Optional.of(Credentials.enrol(connection.coordinator(), enrol, name()))
                : broker == null ? Credentials.of(name()) : Optional.empty();
        if (broker == null && credentials.isEmpty()) {
            throw new CliException(ExitCode.USAGE, "name the coordinator's Kafka with --broker HOST:PORT, or enrol: an "
                    + "admin makes a one-time token with 'heng token enrol', give it with --url and --enrol");
        }
        List<String> options = new ArrayList<>();
        options.add("-Dheng.broker=" + (broker != null ? broker : credentials.get().kafka()));
        credentials.ifPresent(known -> options.add("-Dquarkus.config.locations=" + known.writeSettings(Path.of(
                System.getProperty("user.home"), ".alphaheng", "credentials", name()))));
        options.add("-Dheng.worker.source=" + (source == null ? Surroundings.root() : source));
        if (id != null) {
            options.add("-Dheng.worker.id=" + id);
        }
        if (slots != null) {
            options.add("-Dheng.worker.slots=" + slots);
        }
        if (folder != null) {
            options.add("-Dheng.worker.folder=" + folder.toAbsolutePath());
        }
        settings.forEach((name, value) -> options.add("-D" + name + "=" + value));
        ProcessBuilder program = new ProcessBuilder(ChildProcess.shielded(Programs.worker(options))).inheritIO();
        credentials.ifPresent(known -> program.environment().putAll(known.environment()));
        Process worker = program.start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> ChildProcess.stop(worker.toHandle(), "worker")));
        return worker.waitFor();
    }

    private String name() {
        if (id != null) {
            return id;
        }
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            throw new CliException(ExitCode.USAGE, "this machine has no name: give the worker one with --id");
        }
    }
}
