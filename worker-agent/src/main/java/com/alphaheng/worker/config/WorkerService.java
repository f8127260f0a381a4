package com.alphaheng.worker.config;

import com.alphaheng.protocol.WorkerProfile;
import com.alphaheng.worker.disk.ArtifactFolder;
import com.alphaheng.worker.disk.DiskFloor;
import com.alphaheng.worker.disk.SpendFile;
import com.alphaheng.worker.exec.CommandLine;
import com.alphaheng.worker.exec.ProcessCommands;
import com.alphaheng.worker.exec.RunningFiles;
import com.alphaheng.worker.exec.Tools;
import com.alphaheng.worker.git.GitCheckouts;
import com.alphaheng.worker.git.GitIntegration;
import com.alphaheng.worker.http.ArtifactCourier;
import com.alphaheng.worker.job.AgentParts;
import com.alphaheng.worker.job.AttemptBook;
import com.alphaheng.worker.job.AttemptRunner;
import com.alphaheng.worker.job.Clocks;
import com.alphaheng.worker.job.EnvironmentFailure;
import com.alphaheng.worker.job.EnvironmentFailure.Code;
import com.alphaheng.worker.job.JobSettings;
import com.alphaheng.worker.job.measure.ThermalGate;
import com.alphaheng.worker.kafka.KafkaAttemptOutput;
import com.alphaheng.worker.kafka.KafkaClients;
import com.alphaheng.worker.kafka.KafkaCoordinatorLink;
import com.alphaheng.worker.kafka.KafkaInbox;
import com.alphaheng.worker.probe.EnvironmentProbe;
import com.alphaheng.worker.probe.Machine;
import com.alphaheng.worker.probe.MachineProbe;
import com.alphaheng.worker.probe.SystemTexts;
import com.alphaheng.worker.runtime.WorkerDesk;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.common.KafkaException;
import org.jboss.logging.Logger;

/// Puts the worker together and takes it down again: the only class that knows all parts.
@ApplicationScoped
public class WorkerService {
    private static final Logger LOG = Logger.getLogger(WorkerService.class);
    private static final Duration BETWEEN_DELIVERIES = Duration.ofSeconds(2);
    private static final Duration BETWEEN_THERMAL_LOOKS = Duration.ofSeconds(5);
    private static final long OUTPUT_CHARACTERS = 4L << 20;

    private final WorkerConfiguration configuration;
    private WorkerFolder folder;
    private KafkaInbox inbox;
    private WorkerDesk desk;
    private KafkaAttemptOutput outputs;
    private ArtifactCourier courier;

    WorkerService(WorkerConfiguration configuration) {
        this.configuration = configuration;
    }

    /// Serves until [#stop].
    ///
    /// @throws EnvironmentFailure if this machine or the configuration does not allow it, with the remedy
    public void start() throws EnvironmentFailure {
        Clocks clocks = Clocks.ofThisMachine();
        WorkerParts parts = new WorkerParts(configuration);
        String workerId = parts.workerId();
        String incarnation = UUID.randomUUID().toString();
        for (Tools.Missing tool : Tools.missing()) {
            if (tool.needed()) {
                throw new EnvironmentFailure(Code.CANNOT_START, tool.fact(), tool.remedy());
            }
            LOG.warn(tool.describe());
        }
        folder = WorkerFolder.open(parts.folder());
        CommandLine commandLine = new CommandLine();
        commandLine.weakness().ifPresent(LOG::warn);
        parts.diskFloor().obstacle(false).ifPresent(full -> LOG.warn(DiskFloor.CONSEQUENCE + ": " + full));
        ProcessCommands commands = new ProcessCommands(parts.exec(), commandLine);
        GitCheckouts checkouts = new GitCheckouts(folder.path(), parts.source());
        int killed = commands.killLeftovers();
        int removed = checkouts.removeLeftovers();
        if (killed + removed > 0) {
            LOG.infof("cleaned up after an earlier start: %d commands, %d checkouts", killed, removed);
        }
        Machine machine = new MachineProbe(SystemTexts.LIVE).probe();
        AgentParts agents = AgentWiring.parts(configuration.worker().agents(),
                configuration.worker().agentOrder().orElse(List.of()), commands, new GitIntegration(checkouts),
                new SpendFile(folder.path().resolve("spending.jsonl")),
                new RunningFiles(List.of(folder.path(), Path.of(System.getProperty("java.io.tmpdir")))));
        WorkerProfile profile = parts.profile(machine, commandLine, agents.advertised());
        CurrentProfile current = new CurrentProfile(profile, parts.diskFloor());
        ArtifactFolder artifacts = parts.artifacts();
        courier = new ArtifactCourier(parts.coordinator(), parts.coordinatorToken(), parts.trusted(),
                artifacts::waiting);
        KafkaClients clients = new KafkaClients(configuration.broker(), configuration.kafka());
        KafkaCoordinatorLink link = link(parts, clients, workerId, incarnation, current);
        outputs = new KafkaAttemptOutput(clients, workerId, clocks.wall(), OUTPUT_CHARACTERS);
        JobSettings settings = new JobSettings(machine.fingerprint(), new EnvironmentProbe(SystemTexts.LIVE)::read,
                parts.buildCache(), configuration.worker().benchmarkBudget(), parts.thermometer(),
                new ThermalGate.Settings(configuration.worker().thermalWait(), BETWEEN_THERMAL_LOOKS));
        desk = new WorkerDesk(new AttemptBook(workerId, incarnation, parts.slots(), !profile.generalAgents().isEmpty(),
                clocks.awake().instant()), new AttemptRunner(checkouts, commands, agents, settings, clocks, artifacts),
                link, outputs::open, clocks);
        inbox = new KafkaInbox(clients, configuration.broker(), workerId, () -> {
            link.resumeSpooled();
            desk.ready(configuration.worker().heartbeat(), current::changed);
            LOG.infof("worker %s is ready: %s", workerId, profile.description());
        }, desk::receive);
        desk.start();
        inbox.start();
        courier.start(BETWEEN_DELIVERIES);
        LOG.infof("worker %s, broker %s, source %s, folder %s", workerId, configuration.broker(), parts.source(),
                folder.path());
    }

    void stop(@Observes ShutdownEvent event) throws IOException {
        if (inbox == null) {
            return;
        }
        LOG.info("draining");
        inbox.close();
        desk.drain("the worker was told to stop", configuration.worker().drain());
        outputs.close();
        courier.close();
        desk.close();
        folder.close();
    }

    private KafkaCoordinatorLink link(WorkerParts parts, KafkaClients clients, String workerId, String incarnation,
                                      CurrentProfile current) throws EnvironmentFailure {
        try {
            return new KafkaCoordinatorLink(clients, workerId, incarnation, current::get, parts.coordinatorToken(),
                    folder.path().resolve("spool"));
        } catch (IOException e) {
            throw new EnvironmentFailure(Code.FOLDER_UNWRITABLE, "cannot write " + folder.path().resolve("spool"),
                    "give this user the folder, or name another with heng.worker.folder", e);
        } catch (KafkaException e) {
            throw clients.unusable(e);
        }
    }
}
