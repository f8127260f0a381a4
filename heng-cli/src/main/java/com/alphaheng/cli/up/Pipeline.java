package com.alphaheng.cli.up;

import com.alphaheng.cli.CliException;
import com.alphaheng.cli.Coordinator;
import com.alphaheng.cli.ExitCode;
import com.alphaheng.cli.Surroundings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/// The three programs of a pipeline on one machine, started in order and stopped in the opposite one.
final class Pipeline {
    static final String LOOPBACK = "127.0.0.1";
    private static final String WORKER_ID = "local";

    private final DataFolder data;
    private final Coordinator coordinator;
    private final List<ChildProcess> children;
    private final Optional<Path> adminToken;

    private Pipeline(DataFolder data, Coordinator coordinator, List<ChildProcess> children,
                     Optional<Path> adminToken) {
        this.adminToken = adminToken;
        this.data = data;
        this.coordinator = coordinator;
        this.children = children;
    }

    /// @param listen address for the dashboard and the broker; other than loopback lets other machines in
    /// @param port   of the dashboard
    static Pipeline of(DataFolder data, String listen, int port) {
        freePort(listen); // An address of another machine is no port that is taken.
        requireFree(listen, port);
        int brokerPort = data.brokerPort().filter(known -> isFree(listen, known)).orElseGet(() -> freePort(listen));
        data.rememberBrokerPort(brokerPort);
        String broker = listen + ":" + brokerPort;
        Path logs = data.path("logs");
        Path root = Surroundings.root();
        List<String> serving = new ArrayList<>(List.of("-Dheng.kafka=" + broker, "-Dheng.host=" + listen,
                "-Dheng.port=" + port, "-Dheng.artifacts.folder=" + data.path("artifacts"),
                "-Dheng.secret-key-file=" + data.path("secrets.key")));
        Optional<String> token = Surroundings.token();
        Optional<Path> adminToken = Optional.empty();
        if (!loopback(listen)) {
            // Whoever reaches the port must show a token; this one is for the person who started it.
            Path file = data.adminToken();
            adminToken = Optional.of(file);
            serving.add("-Dheng.admin-token-file=" + file);
            token = Optional.of(DataFolder.read(file));
        }
        Coordinator coordinator = new Coordinator(URI.create("http://" + listen + ":" + port), token);
        Path builds = Path.of(Surroundings.variable("HENG_BUILD_CACHE").orElse(root.resolve(".heng/builds")
                .toString()));
        List<String> working = new ArrayList<>(List.of("-Dheng.broker=" + broker,
                "-Dheng.coordinator=" + coordinator.address(), "-Dheng.worker.id=" + WORKER_ID,
                "-Dheng.worker.folder=" + data.path("worker"), "-Dheng.worker.source=" + root,
                "-Dheng.worker.build-cache=" + builds, "-Dheng.worker.sandbox.hidden=" + data.path("")));
        adminToken.ifPresent(file -> working.add("-Dheng.coordinator-token-file=" + file));
        return new Pipeline(data, coordinator, List.of(
                child("broker", Programs.broker(data.path("broker"), brokerPort, listen, listen), root, logs,
                        () -> answers(listen, brokerPort)),
                child("coordinator", Programs.coordinator(serving), root, logs, coordinator::isReady),
                child("worker", Programs.worker(working), root, logs, () -> joined(coordinator))),
                adminToken);
    }

    /// Whether a worker is online; what may not be asked, or not now, holds nobody up.
    private static boolean joined(Coordinator coordinator) {
        try {
            return coordinator.get("/api/workers?state=ONLINE").size() > 0;
        } catch (CliException e) {
            return true;
        }
    }

    private static ChildProcess child(String name, List<String> command, Path folder, Path logs,
            BooleanSupplier ready) {
        return new ChildProcess(name, command, folder, logs.resolve(name + ".log"), ready);
    }

    Coordinator coordinator() {
        return coordinator;
    }

    /// Where the admin's token is, if the coordinator asks for one.
    Optional<Path> adminToken() {
        return adminToken;
    }

    List<ChildProcess> children() {
        return children;
    }

    void start(ChildProcess child) {
        child.start();
        data.remember(child);
    }

    /// Last started, first stopped: the worker still reports to a coordinator that still writes to a broker.
    void stop() {
        children.reversed().forEach(ChildProcess::stop);
    }

    private static boolean loopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw notOfThisMachine(host);
        }
    }

    private static CliException notOfThisMachine(String host) {
        return new CliException(ExitCode.USAGE, "this machine has no address " + host + ": name one of its own with "
                + "--listen, such as " + LOOPBACK);
    }

    private static void requireFree(String host, int port) {
        if (!isFree(host, port)) {
            throw CliException.unavailable("port " + port + " of " + host + " is taken: stop the program that uses it "
                    + "(another 'heng up'?), or choose another port with --port");
        }
    }

    private static boolean isFree(String host, int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(host, port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    static int freePort(String host) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(host, 0));
            return socket.getLocalPort();
        } catch (IOException e) {
            throw notOfThisMachine(host);
        }
    }

    static boolean answers(String host, int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), 500);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
