package com.alphaheng.cli;

import com.alphaheng.cli.up.ChildProcess;
import com.alphaheng.cli.up.Programs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// A worker in the foreground that takes tasks from a coordinator elsewhere.
@Command(name = "worker", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Run a worker in the foreground that joins a coordinator, here or elsewhere, through its Kafka.",
        footer = {"", "Further settings are system properties or environment variables, see",
            "worker-agent/README.md; give them with -D: heng worker -Dheng.worker.slots=2"})
final class WorkerCommand implements Callable<Integer> {
    @Option(names = "--broker", paramLabel = "HOST:PORT", required = true,
            description = "The coordinator's Kafka, several with commas.")
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

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<String> options = new ArrayList<>();
        options.add("-Dheng.broker=" + broker);
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
        Process worker = new ProcessBuilder(ChildProcess.shielded(Programs.worker(options))).inheritIO().start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> ChildProcess.stop(worker.toHandle(), "worker")));
        return worker.waitFor();
    }
}
