package com.alphaheng.cli.up;

import com.alphaheng.cli.CliException;
import com.alphaheng.cli.Coordinator;
import com.alphaheng.cli.Surroundings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A broker and coordinators in processes of their own, for one measurement: on free ports, in a folder that goes with
/// them.
public final class PrivatePipeline implements AutoCloseable {
    private static final long CLOSING_SECONDS = 60;
    private static final Duration START = Duration.ofSeconds(120);

    private final Path folder;
    private final String host;
    private final int brokerPort;
    private final String bootstrap;
    private final List<ChildProcess> coordinators = new ArrayList<>();
    private final List<Coordinator> addresses = new ArrayList<>();
    private ChildProcess broker;
    private final CountDownLatch closed = new CountDownLatch(1);

    private PrivatePipeline(Path folder, String host, int brokerPort, String bootstrap) {
        this.folder = folder;
        this.host = host;
        this.brokerPort = brokerPort;
        this.bootstrap = bootstrap;
    }

    /// One with a broker of its own.
    ///
    /// @param folder empty or absent; removed by [#close]
    /// @param host   address that the broker is to listen on
    public static PrivatePipeline of(Path folder, String host) {
        int port = Pipeline.freePort(host);
        return new PrivatePipeline(folder, host, port, host + ":" + port);
    }

    /// One on a Kafka that runs already.
    public static PrivatePipeline on(Path folder, String bootstrap) {
        return new PrivatePipeline(folder, "", 0, bootstrap);
    }

    /// Starts the broker on this folder and returns when it can be reached.
    public ChildProcess startBroker(Path data) {
        broker = child("broker", Programs.broker(data, brokerPort, host, host), List.of());
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
        return new ChildProcess(name, whole, Surroundings.root(), folder.resolve(name + ".log"), () -> true);
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

    /// Should the program be ended from outside, the calling thread is interrupted, and has time to close this.
    public void closeOnExit() {
        Thread owner = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            if (closed.getCount() > 0) {
                owner.interrupt();
                try {
                    closed.await(CLOSING_SECONDS, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }, "stop-pipeline"));
    }

    /// Stops the coordinators, then the broker.
    public void stop() {
        Thread.interrupted(); // Whoever interrupted us waits for this.
        coordinators.forEach(ChildProcess::stop);
        if (broker != null) {
            broker.stop();
        }
    }

    /// Stops everything and removes the folder.
    @Override
    public void close() {
        stop();
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        closed.countDown();
    }
}
