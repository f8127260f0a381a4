package com.alphaheng.worker.config;

import com.alphaheng.protocol.TrustedAuthority;
import com.alphaheng.worker.disk.DiskFiles;
import com.alphaheng.worker.disk.DiskFloor;
import com.alphaheng.worker.exec.CommandLine;
import com.alphaheng.worker.exec.Tools;
import com.alphaheng.worker.git.GitCheckouts;
import com.alphaheng.worker.http.Reachable;
import com.alphaheng.worker.job.EnvironmentFailure;
import com.alphaheng.worker.job.measure.Heat;
import com.alphaheng.worker.kafka.KafkaClients;
import com.alphaheng.worker.probe.EnvironmentProbe;
import com.alphaheng.worker.probe.Machine;
import com.alphaheng.worker.probe.MachineProbe;
import com.alphaheng.worker.probe.SystemTexts;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;

/// Looks at everything that a worker with this configuration needs, without becoming one: what is there, what is
/// missing, and what to do about it.
final class WorkerDoctor {
    private static final int WIDTH = 80;
    /// Where the text of a line begins.
    private static final int INDENT = 20;
    private static final Duration PATIENCE = Duration.ofSeconds(4);

    private final WorkerConfiguration configuration;
    private final WorkerParts parts;
    private final Consumer<String> lines;
    private boolean able = true;

    /// @param lines told what was found, a line each: `ok`, `NO` (a worker cannot work so) or `-` (it works, but less
    ///              well), what, and how it is or what to do
    WorkerDoctor(WorkerConfiguration configuration, Consumer<String> lines) {
        this.configuration = configuration;
        this.parts = new WorkerParts(configuration);
        this.lines = lines;
    }

    private interface Check {
        String state() throws EnvironmentFailure, IOException;
    }

    /// @return whether a worker can work here
    boolean examine() {
        CommandLine commandLine = new CommandLine();
        Machine machine = new MachineProbe(SystemTexts.LIVE).probe();
        needed("machine", machine::description);
        needed("labels", () -> parts.profile(machine, commandLine, List.of()).labels().entrySet().stream()
                .sorted(Map.Entry.comparingByKey()).map(Object::toString).reduce((a, b) -> a + " " + b).orElse(""));
        needed("environment", () -> new EnvironmentProbe(SystemTexts.LIVE).read().toString());
        Tools.missing().forEach(this::missing);
        line(commandLine.weakness().isEmpty() ? "ok" : "-", "isolation",
                commandLine.weakness().orElse(commandLine.isolation()));
        Heat heat = parts.thermometer().read();
        wanted("heat", heat.slowed().isPresent(), heat.describe(), "benchmarks cannot wait for this machine to cool "
                + "down; on macOS name a powermetrics command that may run with heng.worker.powermetrics");
        needed("folder", this::folder);
        needed("source", () -> "HEAD of " + parts.source() + " is " + GitCheckouts.headOf(parts.source()));
        needed("broker", () -> "answers at " + configuration.broker() + (new KafkaClients(configuration.broker(),
                configuration.kafka()).hasTopics(PATIENCE) ? "" : ", no coordinator has made its topics yet"));
        needed("coordinator", () -> reachable(parts.coordinator(), parts.trusted(),
                "artifacts wait on this disk; start it, or correct heng.coordinator"));
        new TreeMap<>(configuration.worker().agents()).forEach((name, agent) ->
                needed("agent " + name, () -> agent(name, agent)));
        return able;
    }

    private String folder() throws EnvironmentFailure, IOException {
        Path folder = WorkerFolder.made(parts.folder());
        parts.exec();
        String running = WorkerFolder.isHeld(folder) ? ", a worker runs in it" : "";
        Optional<String> full = parts.diskFloor().obstacle(false);
        if (full.isPresent()) {
            throw new EnvironmentFailure(EnvironmentFailure.Code.DISK_FULL, DiskFloor.CONSEQUENCE, full.get());
        }
        return folder + ", " + parts.diskFloor().free() + running;
    }

    private static String agent(String name, AgentConfiguration agent) throws EnvironmentFailure, IOException {
        AgentWiring.backend(name, agent, (request, stop, output) -> {
            throw new AssertionError("the doctor runs no agent");
        }, new DiskFiles());
        if (agent.url().isPresent()) {
            return reachable(URI.create(agent.url().get()), TrustedAuthority.context(Optional.empty()),
                    "correct heng.worker.agents." + name + ".url");
        }
        String line = agent.cli().flatMap(AgentCli::of).map(AgentCli::command).orElseGet(() -> agent.command().get());
        // Variables may be set before the program's name.
        String program = Stream.of(line.strip().split("\\s+")).filter(word -> !word.matches("\\w+=.*")).findFirst()
                .orElse(line);
        Optional<String> path = SystemTexts.LIVE.command("bash", "-c", "type -P \"$1\"", "doctor", program);
        return path.map(found -> agent.cli().orElse(line) + " (" + found + ")").orElseThrow(() ->
                new EnvironmentFailure(EnvironmentFailure.Code.BAD_CONFIGURATION, "there is no program '" + program
                + "' on the PATH", "install it, or correct heng.worker.agents." + name
                + (agent.cli().isPresent() ? ".cli" : ".command")));
    }

    private static String reachable(URI uri, SSLContext trusted, String remedy) throws EnvironmentFailure {
        Optional<String> obstacle = Reachable.obstacle(uri, trusted, PATIENCE);
        if (obstacle.isPresent()) {
            throw new EnvironmentFailure(EnvironmentFailure.Code.SOURCE_UNREACHABLE, "nothing answers at " + uri + " ("
                    + obstacle.get() + ")", remedy);
        }
        return "answers at " + uri;
    }

    /// A line for a terminal: words beyond its width go below, under the text. A word that is longer, such as a path,
    /// stays whole.
    static String wrapped(String line) {
        StringBuilder text = new StringBuilder();
        int column = 0;
        for (String word : line.substring(Math.min(INDENT, line.length())).split(" ")) {
            if (column > 0 && INDENT + column + 1 + word.length() > WIDTH) {
                text.append('\n').append(" ".repeat(INDENT));
                column = 0;
            } else if (column > 0) {
                text.append(' ');
                column++;
            }
            text.append(word);
            column += word.length();
        }
        return line.substring(0, Math.min(INDENT, line.length())) + text;
    }

    private void needed(String what, Check check) {
        try {
            line("ok", what, check.state());
        } catch (EnvironmentFailure | IOException e) {
            able = false;
            line("NO", what, e.getMessage());
        }
    }

    private void missing(Tools.Missing tool) {
        able &= !tool.needed();
        line(tool.needed() ? "NO" : "-", tool.program().replaceAll(" \\(.*", ""), tool.describe());
    }

    private void wanted(String what, boolean good, String state, String remedy) {
        line(good ? "ok" : "-", what, good ? state : state + ": " + remedy);
    }

    private void line(String mark, String what, String state) {
        lines.accept("%-4s %-14s %s".formatted(mark, what, state));
    }
}
