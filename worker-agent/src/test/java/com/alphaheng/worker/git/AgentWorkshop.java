package com.alphaheng.worker.git;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.protocol.AttemptId;
import com.alphaheng.protocol.AttemptResult;
import com.alphaheng.protocol.JobSpec;
import com.alphaheng.worker.disk.ArtifactFolder;
import com.alphaheng.worker.disk.DiskFiles;
import com.alphaheng.worker.exec.CommandLine;
import com.alphaheng.worker.exec.ExecSettings;
import com.alphaheng.worker.exec.ExecSettings.Limits;
import com.alphaheng.worker.exec.ProcessCommands;
import com.alphaheng.worker.exec.Reach;
import com.alphaheng.worker.exec.SecretMask;
import com.alphaheng.worker.job.AgentParts;
import com.alphaheng.worker.job.AttemptOutput;
import com.alphaheng.worker.job.AttemptRunner;
import com.alphaheng.worker.job.Clocks;
import com.alphaheng.worker.job.Commands.Confinement;
import com.alphaheng.worker.job.JobSettings;
import com.alphaheng.worker.job.StopSwitch;
import com.alphaheng.worker.job.agent.AgentBackend;
import com.alphaheng.worker.job.agent.AgentRouter;
import com.alphaheng.worker.job.agent.BackendLimits;
import com.alphaheng.worker.job.agent.CliBackend;
import com.alphaheng.worker.job.agent.PatchBackend;
import com.alphaheng.worker.job.agent.RevertBackend;
import com.alphaheng.worker.job.agent.SpendLedger;
import com.alphaheng.worker.job.agent.SpendLog;
import com.alphaheng.worker.job.measure.ThermalGate;
import com.alphaheng.worker.job.measure.Thermometer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// A worker's parts around a small repository, with every fake agent configured by its file's name.
final class AgentWorkshop {
    static final String SECRET = "key-4711-correct-horse";

    private static final CommandLine COMMAND_LINE = new CommandLine();
    private static final Path AGENTS = Path.of("src/test/resources/agents").toAbsolutePath();

    private final Path work;
    private final TestRepository repository;
    private final GitCheckouts checkouts;
    private final ProcessCommands commands;
    private final AgentParts parts;
    private final List<String> lines = Collections.synchronizedList(new ArrayList<>());
    private int epoch;

    AgentWorkshop(Path folder) throws Exception {
        work = folder.resolve("work");
        repository = new TestRepository(folder.resolve("source"));
        repository.write("kernel.sh", "echo 42 # slow\n");
        repository.write("verify.sh", """
                found=$(bash kernel.sh)
                [ "$found" = 42 ] || { echo "$found instead of 42"; exit 1; }
                """);
        repository.write("sealing.json", "{\"protected\": [\"verify.sh\", \"sealing.json\"]}\n");
        repository.commit("base");
        checkouts = new GitCheckouts(work, repository.folder().toString());
        commands = new ProcessCommands(new ExecSettings(Reach.of(work, Optional.empty(), List.of(), List.of()),
                Map.of("PATH", "/usr/bin:/bin:/usr/sbin", "LC_ALL", "C.UTF-8"), new SecretMask(List.of(SECRET)),
                Limits.DEFAULT.withDiskQuota(20_000_000, Duration.ofMillis(200))), COMMAND_LINE);
        Map<String, AgentBackend> backends = new HashMap<>();
        Map<String, BackendLimits> limits = new HashMap<>();
        try (var files = Files.list(AGENTS)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString().replace(".sh", "");
                backends.put(name, new CliBackend(new CliBackend.Settings(name, "bash " + file, Duration.ofSeconds(2),
                        Map.of("AGENT_KEY", SECRET), new Confinement.Agent(List.of()), Optional.of(Pattern.compile(
                        "tokens used: (?<tokens>\\d+), cost (?<usd>[\\d.]+) USD"))), commands));
            }
        }
        backends.put("patch", new PatchBackend(new DiskFiles()));
        backends.put("revert", new RevertBackend(integration()));
        limits.put("tune", BackendLimits.NONE);
        backends.keySet().forEach(name -> limits.put(name, BackendLimits.NONE));
        parts = new AgentParts(backends, List.of(), new AgentRouter(limits), new SpendLedger(SpendLog.inMemory(),
                InstantSource.system()), integration(),
                new DiskFiles(), new SecureRandom());
    }

    GitIntegration integration() {
        return new GitIntegration(checkouts);
    }

    AttemptResult run(JobSpec job) throws Exception {
        return run(job, () -> { });
    }

    /// What happens elsewhere while an attempt is under way.
    @FunctionalInterface
    interface Meanwhile {
        void happen() throws Exception;
    }

    /// @param beforeMerge happens when the change has passed
    AttemptResult run(JobSpec job, Meanwhile beforeMerge) throws Exception {
        AttemptOutput output = new AttemptOutput() {
            @Override
            public void line(String source, String text) {
                lines.add(source + ": " + text);
            }

            @Override
            public void close() {
                lines.add("closed");
            }
        };
        return new AttemptRunner(checkouts, commands, parts, new JobSettings("test machine", Map::of,
                work.resolve("builds"), Duration.ofMinutes(1), Thermometer.NONE, ThermalGate.Settings.OPEN),
                Clocks.ofThisMachine(),
                new ArtifactFolder(work.resolve("artifacts"), new SecretMask(List.of(SECRET))::mask))
                .run(new AttemptId("c", "t", ++epoch), job, new StopSwitch(), output,
                        stage -> {
                            lines.add("stage: " + stage);
                            if (stage.equals("merging")) {
                                try {
                                    beforeMerge.happen();
                                } catch (Exception e) {
                                    throw new AssertionError(e);
                                }
                            }
                        });
    }

    /// The content of a file that an attempt left.
    String artifact(AttemptResult result, String path) throws IOException {
        String hash = result.artifacts().stream().filter(one -> one.path().equals(path)).findFirst().orElseThrow()
                .sha256();
        return Files.readString(work.resolve("artifacts").resolve(hash));
    }

    String output() {
        return String.join("\n", lines);
    }

    /// The tip of the campaign's branch in the source, if there is one.
    Optional<String> branch() throws Exception {
        GitCommand.Result tip = GitCommand.run(repository.folder(), List.of("rev-parse", "--verify", "-q", "heng/c"));
        return tip.ok() ? Optional.of(tip.text()) : Optional.empty();
    }

    String git(String... arguments) throws Exception {
        return repository.git(arguments);
    }

    /// A commit of one file on top of another commit, known to the worker's mirror.
    String commitOn(String base, String file, String content) throws Exception {
        try (var tree = checkouts.checkout("by hand", Optional.of(base))) {
            Files.writeString(tree.folder().resolve(file), content + "\n");
            return integration().record(tree.folder(), base, "by hand").orElseThrow();
        }
    }

    void assertNothingLeft() throws Exception {
        for (String folder : List.of("checkouts", "scratch", "processes")) {
            try (var left = Files.list(work.resolve(folder))) {
                assertThat(left.toList()).as(folder).isEmpty();
            }
        }
        assertThat(ProcessHandle.allProcesses().map(handle -> handle.info().commandLine().orElse(""))
                .filter(line -> line.contains("sleep 1111"))).isEmpty();
    }
}
