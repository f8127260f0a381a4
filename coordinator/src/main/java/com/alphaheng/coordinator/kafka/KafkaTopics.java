package com.alphaheng.coordinator.kafka;

import com.alphaheng.coordinator.runtime.LogException;
import com.alphaheng.protocol.Topics;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/// Creates the topics with the shapes the protocol needs, and refuses ones of another shape.
public final class KafkaTopics {
    private static final System.Logger LOGGER = System.getLogger(KafkaTopics.class.getName());
    private static final long TIMEOUT_SECONDS = 15;
    private static final long PAUSE_MILLIS = 100;

    private KafkaTopics() {
    }

    /// @throws LogException if Kafka cannot be reached, a topic has another number of partitions, or Kafka would
    ///                      delete what must be kept
    public static void ensure(KafkaConnection connection) {
        try (Admin admin = Admin.create(connection.with(Map.of("request.timeout.ms", 5_000,
                "default.api.timeout.ms", (int) TimeUnit.SECONDS.toMillis(TIMEOUT_SECONDS))))) {
            List<NewTopic> topics = new ArrayList<>();
            for (Topics.Shape shape : Topics.SHAPES) {
                topics.add(new NewTopic(shape.name(), Optional.of(shape.partitions()), Optional.empty())
                        .configs(shape.settings()));
            }
            for (var created : admin.createTopics(topics).values().values()) {
                acceptExisting(() -> created.get(TIMEOUT_SECONDS, TimeUnit.SECONDS));
            }
            checkShapes(describe(admin));
            settle(admin);
            awaitGroups(connection);
        } catch (ExecutionException | TimeoutException e) {
            throw unreachable(connection, e.getCause() == null ? e : e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unreachable(connection, e);
        } catch (org.apache.kafka.common.KafkaException e) {
            throw unreachable(connection, e);
        }
    }

    private interface Waiting {
        void done() throws InterruptedException, ExecutionException, TimeoutException;
    }

    private static void acceptExisting(Waiting creation)
            throws InterruptedException, ExecutionException, TimeoutException {
        try {
            creation.done();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw e;
            }
        }
    }

    /// A broker hears of a new topic a moment after it was made.
    private static Map<String, TopicDescription> describe(Admin admin)
            throws InterruptedException, ExecutionException, TimeoutException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
        while (true) {
            try {
                return admin.describeTopics(Topics.SHAPES.stream().map(Topics.Shape::name).toList())
                        .allTopicNames().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException) || System.nanoTime() > end) {
                    throw e;
                }
                Thread.sleep(PAUSE_MILLIS);
            }
        }
    }

    private static void checkShapes(Map<String, TopicDescription> topics) {
        for (Topics.Shape shape : Topics.SHAPES) {
            int partitions = topics.get(shape.name()).partitions().size();
            if (partitions != shape.partitions()) {
                throw new LogException("topic " + shape.name() + " has " + partitions + " partitions, AlphaHENG needs "
                        + shape.partitions() + ": use another Kafka cluster, or delete the topic if it is not ours",
                        null);
            }
        }
    }

    /// A topic that somebody made before us has the cluster's retention, a week as a rule: campaigns would vanish.
    /// Without the times of the broker a lost worker is noticed later after a change of coordinators.
    private static void settle(Admin admin) throws InterruptedException, ExecutionException, TimeoutException {
        Map<ConfigResource, Map<String, String>> wanted = new HashMap<>();
        Topics.SHAPES.stream().filter(shape -> !shape.indispensable().isEmpty()).forEach(shape ->
                wanted.put(new ConfigResource(ConfigResource.Type.TOPIC, shape.name()), shape.indispensable()));
        Map<ConfigResource, Config> found = admin.describeConfigs(wanted.keySet()).all()
                .get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        Map<ConfigResource, Collection<AlterConfigOp>> changes = new HashMap<>();
        wanted.forEach((topic, settings) -> {
            List<AlterConfigOp> wrong = settings.entrySet().stream()
                    .filter(setting -> !setting.getValue().equals(found.get(topic).get(setting.getKey()).value()))
                    .map(setting -> new AlterConfigOp(new ConfigEntry(setting.getKey(), setting.getValue()),
                            AlterConfigOp.OpType.SET)).toList();
            if (!wrong.isEmpty()) {
                changes.put(topic, wrong);
            }
        });
        if (changes.isEmpty()) {
            return;
        }
        try {
            admin.incrementalAlterConfigs(changes).all().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            LOGGER.log(Level.WARNING, "topics had other settings than AlphaHENG needs; now set: " + text(changes));
        } catch (ExecutionException e) {
            throw new LogException("topics have settings with which Kafka would delete campaigns or misdate reports, "
                    + "and Kafka does not let us change that (" + e.getCause().getMessage() + "): set "
                    + text(changes), e);
        }
    }

    /// Kafka makes its own topic of groups when it is first asked for one. Several consumers of a new cluster asking at
    /// once would make it several times, of which a broker warns; so one question goes ahead of them, and is repeated
    /// only after a while.
    private static void awaitGroups(KafkaConnection connection) {
        try (var consumer = new KafkaConsumer<>(connection.with(Map.of("group.id", KafkaLeadership.GROUP,
                "retry.backoff.ms", 500, "retry.backoff.max.ms", 500)), new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.committed(Set.of(new TopicPartition(Topics.ROADMAP, 0)), Duration.ofSeconds(TIMEOUT_SECONDS));
        }
    }

    private static String text(Map<ConfigResource, Collection<AlterConfigOp>> changes) {
        return changes.entrySet().stream().map(change -> change.getValue().stream().map(operation ->
                        operation.configEntry().name() + "=" + operation.configEntry().value()).sorted()
                .collect(Collectors.joining(",", change.getKey().name() + " ", ""))).sorted()
                .collect(Collectors.joining("; "));
    }

    private static LogException unreachable(KafkaConnection connection, Throwable cause) {
        return new LogException("Kafka at " + connection.bootstrapServers() + " does not answer (" + cause.getMessage()
                + "): start it (./heng up does), or name the right one with HENG_KAFKA=host:port", cause);
    }
}
