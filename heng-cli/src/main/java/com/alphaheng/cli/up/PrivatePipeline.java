package com.alphaheng.cli.up;

import com.alphaheng.cli.CliException;
import com.alphaheng.cli.Coordinator;
import com.alphaheng.cli.Surroundings;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A broker and coordinators in processes of their own, for one measurement, on free ports. All of it is in the run's
/// record, and goes with the run.
public final class PrivatePipeline {
    private static final Duration START = Duration.ofSeconds(120);

    private final RunRecord record;
    private final Path folder;
    private final String host;
    private final int brokerPort;
    private final String bootstrap;
    private final List<ChildProcess> coordinators = new ArrayList<>();
    private final List<Coordinator> addresses = new ArrayList<>();

    private PrivatePipeline(RunRecord record, Path folder, String host, int brokerPort, String bootstrap) {
        this.record = record;
        this.folder = folder;
        this.host = host;
        this.brokerPort = brokerPort;
        this.bootstrap = bootstrap;
    }

    /// One with a broker of its own.
    ///
    /// @param folder for the programs' output
    /// @param host   address that the broker is to listen on
    public static PrivatePipeline of(RunRecord record, Path folder, String host) {
        int port = Pipeline.freePort(host);
        return new PrivatePipeline(record, folder, host, port, host + ":" + port);
    }

    /// One on a Kafka that runs already.
    public static PrivatePipeline on(RunRecord record, Path folder, String bootstrap) {
        return new PrivatePipeline(record, folder, "", 0, bootstrap);
    }

    /// Starts the broker on this folder and returns when it can be reached.
    public ChildProcess startBroker(Path data) {
        ChildProcess broker = child("broker", Programs.broker(data, brokerPort, host, host), List.of());
        startAndWait(broker, () -> Pipeline.answers(host, brokerPort));
        return broker;
    }

    /// Starts one more coordinator.
    ///
    /// @param megabytes of heap
    /// @param wait      whether to return only when it is the active one
    public ChildProcess startCoordinator(int megabytes, boolean wait) {
        int port = Pipeline.freePort(Pipeline.LOOPBACK);
        String name = "coordinator-" + (coordinators.size() + 1);
        Coordinator address = new Coordinator(URI.create("http://" + Pipeline.LOOPBACK + ":" + port), Optional.empty());
        ChildProcess coordinator = child(name, Programs.coordinator(megabytes, List.of("-Dheng.kafka=" + bootstrap(),
                "-Dheng.port=" + port, "-Dheng.instance=" + name)), List.of());
        coordinators.add(coordinator);
        addresses.add(address);
        if (wait) {
            startAndWait(coordinator, address::isReady);
        } else {
            coordinator.start();
        }
        return coordinator;
    }

    /// A further program of this pipeline, not started yet.
    ///
    /// @param before what stands before the command, such as `ip netns exec NAME`
    public ChildProcess child(String name, List<String> command, List<String> before) {
        List<String> whole = new ArrayList<>(before);
        whole.addAll(command);
        return new ChildProcess(name, whole, Surroundings.root(), folder.resolve(name + ".log"), () -> true,
                record::process);
    }

    private static void startAndWait(ChildProcess child, java.util.function.BooleanSupplier ready) {
        child.start();
        long end = System.nanoTime() + START.toNanos();
        while (!ready.getAsBoolean()) {
            if (!child.isAlive() || System.nanoTime() > end) {
                throw CliException.unavailable("the " + child.name() + " did not start. The end of " + child.log() + ":"
                        + System.lineSeparator() + child.lastLines());
            }
            pause(100);
        }
    }

    /// Waits a moment.
    public static void pause(long milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CliException.failed("interrupted");
        }
    }

    public String bootstrap() {
        return bootstrap;
    }

    public List<ChildProcess> coordinators() {
        return List.copyOf(coordinators);
    }

    /// The active coordinator; if none answers, the first one.
    public Coordinator active() {
        return addresses.stream().filter(Coordinator::isReady).findFirst().orElse(addresses.getFirst());
    }

    /// Where this one of the coordinators answers.
    public Coordinator address(ChildProcess coordinator) {
        return addresses.get(coordinators.indexOf(coordinator));
    }
}
