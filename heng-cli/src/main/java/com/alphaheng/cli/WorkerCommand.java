package com.alphaheng.cli;

import com.alphaheng.cli.up.ChildProcess;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// A worker in the foreground that takes tasks from a coordinator elsewhere.
@Command(name = "worker", mixinStandardHelpOptions = true, sortOptions = false, subcommands = WorkerDoctorCommand.class,
        description = "Run a worker in the foreground that joins a coordinator, here or elsewhere, through its Kafka.",
        footer = {"", "An agent that makes changes is a setting, too, of any name:",
            "  heng worker ... -Dheng.worker.agents.claude.cli=claude",
            "with codex, claude, glm, kimi, qwen or gemini as cli, a command of your own, or the",
            "url and model of an OpenAI-compatible endpoint. 'heng worker doctor' tries them.", "",
            "Further settings are system properties or environment variables, see",
            "worker-agent/README.md; give them with -D: heng worker -Dheng.worker.slots=2"})
final class WorkerCommand implements Callable<Integer> {
    @Spec
    private CommandSpec specification;

    @Mixin
    private WorkerOptions options;

    @Option(names = "--enrol", paramLabel = "TOKEN", description = "Trade a one-time token (heng token enrol) for this "
            + "worker's own, and its Kafka settings; they are kept for the next start.")
    private String enrol;

    @Mixin
    private ConnectionOptions connection;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Optional<Credentials> credentials = enrol != null
                ? Optional.of(Credentials.enrol(connection.coordinator(), enrol, options.name()))
                : options.credentials();
        options.requireBroker(credentials);
        if (enrol == null) {
            options.warning().ifPresent(text -> specification.commandLine().getErr().println("heng: " + text));
        }
        Process worker = options.program(credentials, List.of(), List.of()).start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> ChildProcess.stop(worker.toHandle(), "worker")));
        return worker.waitFor();
    }
}
