package com.alphaheng.cli.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.alphaheng.broker.BrokerSettings;
import com.alphaheng.broker.EmbeddedBroker;
import com.alphaheng.cli.audit.EventLogReader;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// `heng up` in a process of its own, on a repository made for the test.
final class RunningPipeline implements AutoCloseable {
    private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();

    private final Path folder;
    private Path data;
    private Process up;

    /// @param folder gets, besides all else, `shared`: what sealed commands may write and others read
    RunningPipeline(Path folder) throws IOException {
        this.folder = folder;
        Files.createDirectories(folder.resolve("shared"));
        this.data = folder.resolve("data");
        assumeTrue(Files.exists(REPOSITORY.resolve("coordinator/target/quarkus-app/quarkus-run.jar"))
                        && Files.exists(REPOSITORY.resolve("worker-agent/target/quarkus-app/quarkus-run.jar")),
                "coordinator and worker are not packaged: run './heng test' or 'mvnw verify' over all modules");
    }

    @Override
    public void close() throws Exception {
        if (up != null && up.isAlive()) {
            up.destroy();
            up.waitFor(60, TimeUnit.SECONDS);
        }
    }

    Process up() {
        return up;
    }

    Path data() {
        return data;
    }

    void useData(Path other) {
        data = other;
    }

    /// A repository of its own, so that tasks cost nothing to build.
    ///
    /// @param files content by path
    void prepareRepository(Map<String, String> files) throws Exception {
        Path repository = Files.createDirectories(folder.resolve("repository"));
        for (Map.Entry<String, String> file : files.entrySet()) {
            Path path = repository.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue());
        }
        for (String command : List.of("init -q -b main", "add -A",
                "-c user.name=t -c user.email=t@t commit -q -m tasks")) {
            assertThat(git(command.split(" ")).inheritIO().start().waitFor()).as(command).isZero();
        }
    }

    ProcessBuilder git(String... arguments) {
        List<String> git = new ArrayList<>(List.of("git", "-C", folder.resolve("repository").toString()));
        git.addAll(List.of(arguments));
        return new ProcessBuilder(git);
    }

    /// A worker besides the one that `heng up` starts.
    Process startWorker(String id) throws IOException {
        String broker = "127.0.0.1:" + properties().getProperty("broker.port");
        return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin/java").toString(), "-Xmx256m",
                "-XX:TieredStopAtLevel=1", "-Dheng.broker=" + broker, "-Dheng.worker.id=" + id,
                "-Dheng.worker.folder=" + folder.resolve(id), "-Dheng.worker.source=" + folder.resolve("repository"),
                "-Dheng.worker.sandbox.writable=" + folder.resolve("shared"),
                "-jar", REPOSITORY.resolve("worker-agent/target/quarkus-app/quarkus-run.jar").toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve(id + ".log").toFile())).start();
    }

    ProcessBuilder command(String... options) throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        List<String> command = new ArrayList<>(List.of("up", "--data=" + data, "--port=" + port,
                "--reports=" + folder.resolve("reports")));
        command.addAll(List.of(options));
        return hengProcess(command);
    }

    ProcessBuilder hengProcess(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xmx128m", "-cp", System.getProperty("java.class.path"),
                "-Dheng.root=" + folder.resolve("repository"), "-Dheng.build=" + REPOSITORY,
                "com.alphaheng.cli.Heng"));
        command.addAll(arguments);
        ProcessBuilder process = new ProcessBuilder(command);
        process.environment().put("HENG_WORKER_SANDBOX_WRITABLE", folder.resolve("shared").toString());
        return process;
    }

    int heng(String... arguments) throws Exception {
        Files.createDirectories(folder.resolve("repository"));
        return hengProcess(List.of(arguments)).inheritIO().start().waitFor();
    }

    List<String> startUp(String... options) throws IOException {
        up = command(options).redirectErrorStream(true).start();
        List<String> output = Collections.synchronizedList(new ArrayList<>());
        Process started = up;
        Thread.ofVirtual().start(() -> {
            try {
                started.inputReader().lines().forEach(output::add);
            } catch (UncheckedIOException e) {
                output.add("(the output broke off: " + e.getMessage() + ")");
            }
        });
        return output;
    }

    void kill(String name) throws IOException {
        assertThat(ProcessHandle.of(pid(name)).orElseThrow().destroyForcibly()).as("kill -9 of the " + name).isTrue();
    }

    long pid(String name) throws IOException {
        return Long.parseLong(properties().getProperty("process." + name).split(" ")[0]);
    }

    Properties properties() throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(data.resolve("heng.properties"))) {
            properties.load(reader);
        }
        return properties;
    }

    List<String> lines(String file) {
        try {
            return Files.exists(folder.resolve(file)) ? Files.readAllLines(folder.resolve(file)) : List.of();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    void awaitTrue(String what, BooleanSupplier condition) throws InterruptedException {
        for (int tenths = 0; tenths < 1500 && !condition.getAsBoolean(); tenths++) {
            assertThat(up.isAlive()).as("heng up lives while waiting until " + what).isTrue();
            Thread.sleep(100);
        }
        assertThat(condition.getAsBoolean()).as(what).isTrue();
    }

    /// The log itself, read from the broker's folder after everything has stopped.
    List<JsonNode> events() throws Exception {
        try (var broker = EmbeddedBroker.start(BrokerSettings.local(data.resolve("broker")))) {
            List<JsonNode> events = new ArrayList<>();
            EventLogReader.read(broker.bootstrapServers(), events::add);
            return events;
        }
    }
}
