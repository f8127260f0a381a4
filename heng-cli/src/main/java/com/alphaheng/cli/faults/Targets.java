package com.alphaheng.cli.faults;

import com.alphaheng.cli.CliException;
import com.alphaheng.cli.up.ChildProcess;
import com.alphaheng.cli.up.PrivatePipeline;
import com.alphaheng.cli.up.Programs;
import com.alphaheng.cli.up.RunRecord;
import com.alphaheng.cli.up.Shell;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// The processes under fire: a broker, two coordinators, processes of simulated workers, worker agents. They go with
/// the run.
final class Targets {
    private static final int COORDINATOR_MEGABYTES = 512;
    private static final int FLEET_MEGABYTES = 96;
    private static final int BROKER_DISK_MEGABYTES = 768;
    private static final int AGENT_DISK_MEGABYTES = 64;
    /// A worker's own, in bytes, would keep it from ever working on so small a disk.
    private static final int AGENT_DISK_FLOOR = 4 << 20;

    private final FaultPlan plan;
    private final RunRecord record;
    private final Path folder;
    private final Optional<PrivateNetwork> network;
    private final PrivatePipeline pipeline;
    private final SmallDisk brokerDisk;
    private final List<SmallDisk> agentDisks = new ArrayList<>();
    private final Map<ChildProcess, PrivateNetwork.Cell> cells = new LinkedHashMap<>();
    private final List<ChildProcess> fleets = new ArrayList<>();
    private final List<ChildProcess> agents = new ArrayList<>();
    private Optional<ChildProcess> broker = Optional.empty();

    private Targets(FaultPlan plan, RunRecord record) {
        this.plan = plan;
        this.record = record;
        this.folder = record.folder("heng-faults");
        this.network = plan.kafka().isPresent() ? Optional.empty() : PrivateNetwork.create(record);
        this.pipeline = plan.kafka().map(kafka -> PrivatePipeline.on(record, folder, kafka)).orElseGet(() ->
                PrivatePipeline.of(record, folder, network.map(PrivateNetwork::address).orElse("127.0.0.1")));
        this.brokerDisk = SmallDisk.mount(record, folder.resolve("broker"), BROKER_DISK_MEGABYTES);
    }

    /// Starts everything and returns when a coordinator is active.
    static Targets start(FaultPlan plan, RunRecord record) {
        try {
            Targets targets = new Targets(plan, record);
            targets.startAll();
            return targets;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void startAll() throws IOException {
        if (plan.kafka().isEmpty()) {
            broker = Optional.of(pipeline.startBroker(brokerDisk.folder()));
        }
        pipeline.startCoordinator(COORDINATOR_MEGABYTES, true);
        pipeline.startCoordinator(COORDINATOR_MEGABYTES, false);
        for (int number = 1; number <= plan.fleets(); number++) {
            String name = "fleet" + number;
            Optional<PrivateNetwork.Cell> cell = network.map(PrivateNetwork::cell);
            ChildProcess fleet = pipeline.child(name, Programs.own(FLEET_MEGABYTES, FleetMain.class, List.of(
                    pipeline.bootstrap(), name, Integer.toString(plan.workersPerFleet()),
                    Long.toString(plan.mean().toMillis()), folder.resolve(name + ".journal").toString())),
                    cell.map(PrivateNetwork.Cell::enter).orElse(List.of()));
            cell.ifPresent(found -> cells.put(fleet, found));
            fleets.add(fleet);
            fleet.start();
        }
        Path repository = plan.agents() > 0 ? repository() : folder;
        for (int number = 1; number <= plan.agents(); number++) {
            String name = "agent" + number;
            SmallDisk disk = SmallDisk.mount(record, folder.resolve(name), AGENT_DISK_MEGABYTES);
            agentDisks.add(disk);
            ChildProcess agent = pipeline.child(name, Programs.worker(List.of("-Dheng.broker=" + pipeline.bootstrap(),
                    "-Dheng.worker.id=" + name, "-Dheng.worker.labels.agent=yes", "-Dheng.worker.folder="
                    + disk.folder(), "-Dheng.worker.source=" + repository, "-Dheng.worker.disk-floor="
                    + AGENT_DISK_FLOOR)), List.of());
            agents.add(agent);
            agent.start();
        }
    }

    /// A repository of its own, so that checking it out costs little.
    private Path repository() throws IOException {
        Path repository = Files.createDirectories(folder.resolve("repository"));
        Files.writeString(repository.resolve("README"), "for the fault campaign\n");
        String path = repository.toString();
        Shell.run("git", "-C", path, "init", "-q", "-b", "main");
        Shell.run("git", "-C", path, "add", "-A");
        Shell.run("git", "-C", path, "-c", "user.name=heng", "-c", "user.email=heng@localhost", "commit", "-q", "-m",
                "a file");
        return repository;
    }

    /// The keys of a task that a worker agent runs: it leaves a line like those of the simulated workers.
    String agentTask() {
        return "requires: {labels: {agent: \"yes\"}}\n    verify_command: |\n      echo \"$HENG_CAMPAIGN/$HENG_TASK#"
                + "$HENG_EPOCH\" >> " + folder.resolve("agents.journal") + "\n";
    }

    /// The attempts that workers brought to an end, by their own account.
    Set<String> worked() {
        Set<String> ends = new HashSet<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".journal")).toList()) {
                ends.addAll(Files.readAllLines(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ends;
    }

    /// Why faults of this kind cannot be inflicted here; empty if they can.
    String missing(FaultKind kind) {
        if (plan.kafka().isPresent() && (kind == FaultKind.CUT_NETWORK || kind == FaultKind.KILL_BROKER
                || kind == FaultKind.FILL_BROKER_DISK)) {
            return "this Kafka is not ours";
        }
        return switch (kind) {
            case CUT_NETWORK -> network.isPresent() ? "" : "no network namespaces here (they need Linux, root and the "
                    + "package iproute2)";
            case FILL_BROKER_DISK -> brokerDisk.canBeFilled() ? "" : "nothing can be mounted here (that needs Linux "
                    + "and root)";
            case FILL_AGENT_DISK -> agents.isEmpty() ? "no worker agents in this run"
                    : agentDisks.getFirst().canBeFilled() ? "" : "nothing can be mounted here";
            case KILL_AGENT -> agents.isEmpty() ? "no worker agents in this run" : "";
            case KILL_WORKERS, KILL_COORDINATOR, KILL_BROKER, FREEZE_WORKERS, FREEZE_COORDINATOR -> "";
        };
    }

    /// Every process; all of them should be alive whenever no fault is under way.
    List<ChildProcess> all() {
        List<ChildProcess> all = new ArrayList<>(broker.stream().toList());
        all.addAll(pipeline.coordinators());
        all.addAll(fleets);
        all.addAll(agents);
        return all;
    }

    PrivatePipeline pipeline() {
        return pipeline;
    }

    /// Absent if Kafka runs elsewhere.
    Optional<ChildProcess> broker() {
        return broker;
    }

    SmallDisk brokerDisk() {
        return brokerDisk;
    }

    SmallDisk diskOf(ChildProcess agent) {
        return agentDisks.get(agents.indexOf(agent));
    }

    PrivateNetwork.Cell cellOf(ChildProcess fleet) {
        return cells.get(fleet);
    }

    List<ChildProcess> fleets() {
        return fleets;
    }

    List<ChildProcess> agents() {
        return agents;
    }

    /// The coordinator that decides now; empty while there is none.
    Optional<ChildProcess> activeCoordinator() {
        return pipeline.coordinators().stream()
                .filter(child -> child.isAlive() && pipeline.address(child).isReady()).findFirst();
    }

    /// Waits until a coordinator decides.
    ///
    /// @return when that was first seen, in nanoseconds of [System#nanoTime]
    long awaitActive(Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        while (activeCoordinator().isEmpty()) {
            if (System.nanoTime() > end) {
                throw CliException.failed("no coordinator became active within " + patience.toSeconds() + " s");
            }
            PrivatePipeline.pause(20);
        }
        return System.nanoTime();
    }

    /// The end of each coordinator's output, for a message about why none is active.
    List<String> lastLines() {
        return pipeline.coordinators().stream().map(child -> child.name() + (child.isAlive() ? ", alive:" : ", dead:")
                + System.lineSeparator() + child.lastLines()).toList();
    }
}
