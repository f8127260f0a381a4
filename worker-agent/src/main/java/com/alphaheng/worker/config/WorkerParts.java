package com.alphaheng.worker.config;

import com.alphaheng.protocol.TrustedAuthority;
import com.alphaheng.protocol.WorkerProfile;
import com.alphaheng.spec.TaskKind;
import com.alphaheng.worker.disk.ArtifactFolder;
import com.alphaheng.worker.disk.DiskFloor;
import com.alphaheng.worker.exec.CommandLine;
import com.alphaheng.worker.exec.ExecSettings;
import com.alphaheng.worker.exec.ExecSettings.Limits;
import com.alphaheng.worker.exec.Reach;
import com.alphaheng.worker.exec.SecretMask;
import com.alphaheng.worker.job.EnvironmentFailure.Code;
import com.alphaheng.worker.job.EnvironmentFailure;
import com.alphaheng.worker.job.measure.Thermometer;
import com.alphaheng.worker.probe.Machine;
import com.alphaheng.worker.probe.SystemTexts;
import com.alphaheng.worker.probe.ThermalProbe;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;

/// Turns the configuration into what the parts of the worker need.
final class WorkerParts {
    /// Where people and their programs keep keys.
    private static final List<String> KEYS = List.of("~/.alphaheng", "~/.ssh", "~/.gnupg", "~/.aws", "~/.kube",
            "~/.docker", "~/.netrc", "~/.git-credentials");

    private final WorkerConfiguration configuration;

    WorkerParts(WorkerConfiguration configuration) {
        this.configuration = configuration;
    }

    String workerId() {
        return configuration.worker().id().filter(id -> !id.isBlank()).orElseGet(WorkerParts::hostName);
    }

    Path folder() {
        return configuration.worker().folder().map(Path::of)
                .orElseGet(() -> Path.of(System.getProperty("user.home"), ".alphaheng", "worker", workerId()))
                .toAbsolutePath().normalize();
    }

    Path buildCache() {
        return configuration.worker().buildCache().map(Path::of).orElseGet(() -> folder().resolve("builds"))
                .toAbsolutePath().normalize();
    }

    /// A path is made absolute, since git runs elsewhere; a URL stays.
    String source() {
        String source = configuration.worker().source();
        boolean url = source.contains("://") || source.matches("[^/]+@[^/]+:.*");
        return url ? source : Path.of(source).toAbsolutePath().normalize().toString();
    }

    /// Where artifacts go.
    URI coordinator() throws EnvironmentFailure {
        String broker = configuration.broker().split(",")[0];
        String text = configuration.coordinator().orElse("http://" + broker.replaceAll(":\\d+$", "") + ":7600");
        try {
            URI uri = URI.create(text);
            if (uri.getHost() != null) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            throw new EnvironmentFailure(Code.BAD_CONFIGURATION, "heng.coordinator is '" + text + "'",
                    "write it like http://127.0.0.1:7600", e);
        }
        throw new EnvironmentFailure(Code.BAD_CONFIGURATION, "heng.coordinator is '" + text + "'",
                "write it like http://127.0.0.1:7600");
    }

    Optional<String> coordinatorToken() throws EnvironmentFailure {
        if (configuration.coordinatorTokenFile().isEmpty()) {
            return JobEnvironment.value("HENG_TOKEN");
        }
        Path file = Path.of(configuration.coordinatorTokenFile().get());
        try {
            return Optional.of(Files.readString(file).strip());
        } catch (IOException e) {
            throw new EnvironmentFailure(Code.BAD_CONFIGURATION, "cannot read the token in " + file,
                    "correct heng.coordinator-token-file (" + e + ")", e);
        }
    }

    /// Whom to believe that a coordinator is the right one.
    SSLContext trusted() throws EnvironmentFailure {
        try {
            return TrustedAuthority.context(JobEnvironment.value(TrustedAuthority.VARIABLE).map(Path::of));
        } catch (IOException e) {
            throw new EnvironmentFailure(Code.BAD_CONFIGURATION, "no authority to check the coordinator by",
                    e.getMessage(), e);
        }
    }

    /// Holds what the coordinator has not taken yet.
    ArtifactFolder artifacts() throws EnvironmentFailure {
        try {
            SecretMask mask = mask();
            return new ArtifactFolder(folder().resolve("artifacts"), mask::mask);
        } catch (IOException e) {
            throw new EnvironmentFailure(Code.FOLDER_UNWRITABLE, "cannot write " + folder().resolve("artifacts"),
                    "give this user the folder, or name another with heng.worker.folder", e);
        }
    }

    private SecretMask mask() {
        return new SecretMask(JobEnvironment.secrets(configuration.worker().secretVariables().orElse(List.of())));
    }

    ExecSettings exec() throws EnvironmentFailure {
        try {
            Files.createDirectories(buildCache());
        } catch (IOException e) {
            throw new EnvironmentFailure(Code.FOLDER_UNWRITABLE, "cannot write the build cache " + buildCache(),
                    "give this user the folder, or name another with heng.worker.build-cache", e);
        }
        WorkerConfiguration.Worker worker = configuration.worker();
        Limits limits = Limits.DEFAULT.withDiskQuota(worker.diskQuota(), Limits.DEFAULT.quotaInterval())
                .withStandstill(worker.standstill());
        return new ExecSettings(reach(), JobEnvironment.passed(worker.passEnvironment().orElse(List.of())), mask(),
                limits);
    }

    private Reach reach() {
        WorkerConfiguration.Sandbox sandbox = configuration.worker().sandbox();
        List<Path> hidden = new ArrayList<>(JobEnvironment.paths(KEYS));
        hidden.addAll(JobEnvironment.paths(sandbox.hidden().orElse(List.of())));
        // What this program itself is told in confidence: its token, keys for Kafka, the file they may stand in.
        configuration.coordinatorTokenFile().map(Path::of).ifPresent(hidden::add);
        configuration.kafka().values().stream().filter(value -> value.startsWith("/")).map(Path::of)
                .forEach(hidden::add);
        hidden.add(Path.of("config", "application.properties").toAbsolutePath());
        return Reach.of(folder(), Optional.of(JobEnvironment.home()), hidden,
                JobEnvironment.paths(sandbox.writable().orElse(List.of())));
    }

    DiskFloor diskFloor() {
        return new DiskFloor(folder(), configuration.worker().diskFloor());
    }

    WorkerProfile profile(Machine machine, CommandLine commandLine, List<String> agents) throws EnvironmentFailure {
        Map<String, String> labels = new HashMap<>(machine.labels());
        labels.put("network-isolation", commandLine.cutsNetwork() ? "yes" : "no");
        labels.put("write-isolation", commandLine.confinesWrites() ? "yes" : "no");
        labels.putAll(configuration.worker().labels());
        return new WorkerProfile(labels, kinds(), agents, slots(), machine.cpuCores(), machine.gpuCores(),
                machine.memoryBytes(), machine.description());
    }

    Thermometer thermometer() {
        return new ThermalProbe(SystemTexts.LIVE, configuration.worker().powermetrics()
                .map(line -> List.of(line.strip().split("\\s+"))).orElse(List.of()));
    }

    int slots() throws EnvironmentFailure {
        int slots = configuration.worker().slots();
        if (slots < 1) {
            throw new EnvironmentFailure(Code.BAD_CONFIGURATION, "heng.worker.slots is " + slots, "give at least 1");
        }
        return slots;
    }

    private Set<TaskKind> kinds() throws EnvironmentFailure {
        List<String> words = configuration.worker().kinds();
        for (String word : words) {
            if (Stream.of(TaskKind.values()).noneMatch(kind -> kind.word().equals(word))) {
                throw new EnvironmentFailure(Code.BAD_CONFIGURATION, "heng.worker.kinds has no kind '" + word + "'",
                        "choose from " + Stream.of(TaskKind.values()).map(TaskKind::word).toList());
            }
        }
        return words.stream().map(word -> TaskKind.valueOf(word.toUpperCase(Locale.ROOT)))
                .collect(Collectors.toUnmodifiableSet());
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "worker";
        }
    }
}
