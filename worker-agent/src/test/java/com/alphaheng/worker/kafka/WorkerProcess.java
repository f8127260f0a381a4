package com.alphaheng.worker.kafka;

import com.alphaheng.worker.config.StandaloneWorker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// The worker in a JVM of its own, so that it can be killed.
final class WorkerProcess {
    static final String TOKEN = "heng_for-a-test";

    private WorkerProcess() {
    }

    static Process start(String broker, Path folder, Path source, Path log, String... settings) throws IOException {
        return start(broker, folder, source, log, Map.of(), settings);
    }

    /// @param environment besides that of this process
    static Process start(String broker, Path folder, Path source, Path log, Map<String, String> environment,
                         String... settings) throws IOException {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        List<String> line = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                "-Djava.util.logging.manager=org.jboss.logmanager.LogManager", "-Dheng.broker=" + broker,
                "-Dheng.worker.id=w1", "-Dheng.worker.folder=" + folder, "-Dheng.worker.source=" + source,
                "-Dheng.worker.heartbeat=PT0.5S", "-Dheng.worker.drain=PT0.2S"));
        line.addAll(List.of(settings));
        line.addAll(List.of("-cp", classPath, StandaloneWorker.class.getName()));
        Files.createDirectories(log.getParent());
        ProcessBuilder program = new ProcessBuilder(line).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        program.environment().put("HENG_TOKEN", TOKEN);
        program.environment().putAll(environment);
        return program.start();
    }

    static int terminate(Process process) throws InterruptedException {
        process.destroy();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("the worker did not stop within a minute of SIGTERM");
        }
        return process.exitValue();
    }
}
