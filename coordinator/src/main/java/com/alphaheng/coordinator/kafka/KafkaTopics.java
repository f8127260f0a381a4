package com.alphaheng.coordinator.kafka;

import com.alphaheng.coordinator.runtime.LogException;
import com.alphaheng.protocol.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.errors.TopicExistsException;

/// Creates the topics with the shapes the protocol needs, and refuses ones of another shape.
public final class KafkaTopics {
    /// Enough for a thousand workers to report at once.
    static final int REPORT_PARTITIONS = 8;
    static final int LOG_PARTITIONS = 8;
    private static final Duration LOGS_KEPT = Duration.ofDays(30);
    private static final Duration MESSAGES_KEPT = Duration.ofDays(7);
    private static final long TIMEOUT_SECONDS = 15;

    private record Wanted(String name, int partitions, Map<String, String> settings) {
    }

    /// The log is kept for ever: it is the only copy of every campaign.
    private static final List<Wanted> WANTED = List.of(
            new Wanted(Topics.ROADMAP, 1, Map.of("retention.ms", "-1", "retention.bytes", "-1",
                    "cleanup.policy", "delete")),
            new Wanted(Topics.ASSIGNMENTS, Topics.ASSIGNMENT_PARTITIONS, Map.of("retention.ms", millis(MESSAGES_KEPT))),
            new Wanted(Topics.REPORTS, REPORT_PARTITIONS, Map.of("retention.ms", millis(MESSAGES_KEPT))),
            new Wanted(Topics.LOGS, LOG_PARTITIONS, Map.of("retention.ms", millis(LOGS_KEPT))));

    private KafkaTopics() {
    }

    private static String millis(Duration duration) {
        return Long.toString(duration.toMillis());
    }

    /// @throws LogException if Kafka cannot be reached, or a topic has another number of partitions
    public static void ensure(KafkaConnection connection) {
        try (Admin admin = Admin.create(connection.with(Map.of("request.timeout.ms", 5_000,
                "default.api.timeout.ms", (int) TimeUnit.SECONDS.toMillis(TIMEOUT_SECONDS))))) {
            List<NewTopic> topics = new ArrayList<>();
            for (Wanted wanted : WANTED) {
                topics.add(new NewTopic(wanted.name(), Optional.of(wanted.partitions()), Optional.empty())
                        .configs(wanted.settings()));
            }
            for (var created : admin.createTopics(topics).values().values()) {
                acceptExisting(() -> created.get(TIMEOUT_SECONDS, TimeUnit.SECONDS));
            }
            checkShapes(admin.describeTopics(WANTED.stream().map(Wanted::name).toList()).allTopicNames()
                    .get(TIMEOUT_SECONDS, TimeUnit.SECONDS));
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

    private static void checkShapes(Map<String, TopicDescription> topics) {
        for (Wanted wanted : WANTED) {
            int partitions = topics.get(wanted.name()).partitions().size();
            if (partitions != wanted.partitions()) {
                throw new LogException("topic " + wanted.name() + " has " + partitions + " partitions, AlphaHENG needs "
                        + wanted.partitions() + ": use another Kafka cluster, or delete the topic if it is not ours",
                        null);
            }
        }
    }

    private static LogException unreachable(KafkaConnection connection, Throwable cause) {
        return new LogException("Kafka at " + connection.bootstrapServers() + " does not answer (" + cause.getMessage()
                + "): start it (./heng up does), or name the right one with HENG_KAFKA=host:port", cause);
    }
}
