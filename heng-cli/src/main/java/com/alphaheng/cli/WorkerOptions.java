package com.alphaheng.cli;

import com.alphaheng.cli.up.ChildProcess;
import com.alphaheng.cli.up.Programs;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/// What a worker can be told, and the program that is started with it.
final class WorkerOptions {
    @Option(names = "--broker", paramLabel = "HOST:PORT",
            description = "The coordinator's Kafka, several with commas. Not needed by a worker that has enrolled.")
    private String broker;

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

    /// What an enrolled worker knows; empty if it is told a broker or has not enrolled.
    Optional<Credentials> credentials() {
        return broker == null ? Credentials.of(name()) : Optional.empty();
    }

    /// What to say if this worker has enrolled and is told a broker all the same.
    Optional<String> warning() {
        return broker == null || Credentials.of(name()).isEmpty() ? Optional.empty()
                : Optional.of("worker " + name() + " has enrolled, but with --broker its token and Kafka settings are "
                + "not used; leave --broker out to use them");
    }

    String name() {
        if (id != null) {
            return id;
        }
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            throw new CliException(ExitCode.USAGE, "this machine has no name: give the worker one with --id");
        }
    }

    /// @throws CliException if nothing says where the broker is
    void requireBroker(Optional<Credentials> credentials) {
        if (broker == null && credentials.isEmpty()) {
            throw new CliException(ExitCode.USAGE, "name the coordinator's Kafka with --broker HOST:PORT, or enrol: an "
                    + "admin makes a one-time token with 'heng token enrol', give it with --url and --enrol");
        }
    }

    /// @param credentials a broker that was named goes before theirs
    /// @param further     JVM options that the user's own settings overrule
    /// @param arguments   of the program
    ProcessBuilder program(Optional<Credentials> credentials, List<String> further, List<String> arguments) {
        List<String> options = new ArrayList<>(further);
        Optional.ofNullable(broker).or(() -> credentials.map(Credentials::kafka))
                .ifPresent(address -> options.add("-Dheng.broker=" + address));
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
        List<String> command = new ArrayList<>(Programs.worker(options));
        command.addAll(arguments);
        ProcessBuilder program = new ProcessBuilder(ChildProcess.shielded(command)).inheritIO();
        credentials.ifPresent(known -> program.environment().putAll(known.environment()));
        return program;
    }
}
