package com.alphaheng.coordinator.config;

import com.alphaheng.coordinator.disk.DiskArtifacts;
import com.alphaheng.coordinator.disk.SecretKeyFile;
import com.alphaheng.coordinator.kafka.KafkaConnection;
import com.alphaheng.coordinator.kafka.KafkaEventLog;
import com.alphaheng.coordinator.kafka.KafkaLeadership;
import com.alphaheng.coordinator.kafka.KafkaOutputArchive;
import com.alphaheng.coordinator.kafka.KafkaReports;
import com.alphaheng.coordinator.kafka.KafkaSnapshotTaker;
import com.alphaheng.coordinator.kafka.KafkaTopics;
import com.alphaheng.coordinator.kafka.KafkaWorkerUsers;
import com.alphaheng.coordinator.rest.AccessSettings;
import com.alphaheng.coordinator.roadmap.RoadmapPolicy;
import com.alphaheng.coordinator.runtime.Admission;
import com.alphaheng.coordinator.runtime.ArtifactStore;
import com.alphaheng.coordinator.runtime.CommitListener;
import com.alphaheng.coordinator.runtime.LogException;
import com.alphaheng.coordinator.runtime.LogLines;
import com.alphaheng.coordinator.runtime.OutputArchive;
import com.alphaheng.coordinator.runtime.SecretBox;
import com.alphaheng.coordinator.runtime.Shard;
import com.alphaheng.coordinator.runtime.WorkerUsers;
import com.alphaheng.coordinator.webhook.WebhookCourier;
import com.alphaheng.coordinator.webhook.WebhookSender;
import com.alphaheng.protocol.Artifact;
import io.quarkus.arc.All;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;

/// Wires the parts together and starts them in order.
@ApplicationScoped
class CoordinatorParts {
    private static final Logger LOGGER = Logger.getLogger("coordinator");
    /// Before the framework's Kafka channels, which need the topics.
    private static final int FIRST = 1;

    private final CoordinatorSettings settings;

    CoordinatorParts(CoordinatorSettings settings) {
        this.settings = settings;
    }

    @Produces
    @Singleton
    Clock clock() {
        return Clock.systemUTC();
    }

    /// What the framework's own channels connect with: the same as everything else here.
    @Produces
    @Singleton
    @Identifier("default-kafka-broker")
    Map<String, Object> channelSettings() {
        Map<String, Object> all = new HashMap<>(settings.kafkaClient());
        all.put("bootstrap.servers", settings.kafka());
        return all;
    }

    @Produces
    @Singleton
    LogLines logLines() {
        return new LogLines();
    }

    @Produces
    @Singleton
    Shard shard(Clock clock, @All List<CommitListener> listeners, AccessSettings access) {
        KafkaConnection connection = new KafkaConnection(settings.kafka(), settings.kafkaClient());
        String instance = settings.instance().orElseGet(() -> "coordinator-" + ProcessHandle.current().pid());
        return new Shard(new KafkaEventLog(connection), new KafkaReports(connection),
                new Admission(access.enrolment().required()), RoadmapPolicy.DEFAULT, clock, instance, listeners,
                CoordinatorParts::stop);
    }

    @Produces
    @Singleton
    KafkaSnapshotTaker snapshots() {
        return new KafkaSnapshotTaker(new KafkaConnection(settings.kafka(), settings.kafkaClient()),
                settings.snapshotEvery());
    }

    @Produces
    @Singleton
    OutputArchive outputArchive() {
        return new KafkaOutputArchive(new KafkaConnection(settings.kafka(), settings.kafkaClient()));
    }

    @Produces
    @Singleton
    WorkerUsers workerUsers() {
        return new KafkaWorkerUsers(new KafkaConnection(settings.kafka(), settings.kafkaClient()));
    }

    @Produces
    @Singleton
    ArtifactStore artifacts() {
        Path folder = settings.artifacts().folder().map(Path::of)
                .orElseGet(() -> Path.of(System.getProperty("user.home"), ".alphaheng", "artifacts"));
        return new DiskArtifacts(folder, Artifact.MOST_BYTES, settings.artifacts().quota());
    }

    void close(@Disposes Shard shard) {
        shard.close();
    }

    @Produces
    @Singleton
    KafkaLeadership leadership() {
        return new KafkaLeadership(new KafkaConnection(settings.kafka(), settings.kafkaClient()));
    }

    void close(@Disposes KafkaLeadership leadership) {
        leadership.close();
    }

    @Produces
    @Singleton
    SecretBox secrets() {
        SecretKeyFile file = new SecretKeyFile(settings.secretKeyFile().map(Path::of)
                .orElseGet(() -> Path.of(System.getProperty("user.home"), ".alphaheng", "secrets.key")));
        return new SecretBox(() -> settings.secretKey().isPresent()
                ? SecretKeyFile.check(settings.secretKey().get(), "HENG_SECRET_KEY") : file.read());
    }

    @Produces
    @Singleton
    WebhookCourier courier(Shard shard, SecretBox secrets) {
        return new WebhookCourier(shard, new WebhookSender(settings.webhooks().patience()), secrets,
                settings.webhooks().firstWait());
    }

    void close(@Disposes WebhookCourier courier) {
        courier.close();
    }

    private static void stop(Throwable cause) {
        switch (cause) {
            case LogException log -> LOGGER.error(log.getMessage());
            default -> LOGGER.fatal("a bug: the coordinator stops rather than decide on a state it cannot trust",
                    cause);
        }
        Quarkus.asyncExit(1);
    }

    void start(@Observes @Priority(FIRST) StartupEvent event, Shard shard, KafkaLeadership leadership,
               WebhookCourier courier, AccessSettings access) {
        boolean asksWho = access.adminToken().isPresent() || access.adminTokenFile().isPresent()
                || access.oidc().issuer().isPresent();
        BindGuard.check(settings.host(), asksWho);
        if (!BindGuard.loopback(settings.host()) && settings.tls().keyStore().isEmpty()) {
            LOGGER.warnf("tokens travel in clear text to %s: give HENG_TLS_KEY_STORE, or put a proxy with TLS before "
                    + "it", settings.host());
        }
        KafkaTopics.ensure(new KafkaConnection(settings.kafka(), settings.kafkaClient()));
        shard.start();
        courier.start();
        leadership.start(lead -> {
            LOGGER.info(lead ? "this coordinator is the active one" : "this coordinator stands by");
            if (lead) {
                shard.lead();
            } else {
                shard.standBy();
            }
        });
    }
}
