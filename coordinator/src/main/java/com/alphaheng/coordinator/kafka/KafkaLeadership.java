package com.alphaheng.coordinator.kafka;

import com.alphaheng.protocol.Topics;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/// Decides which coordinator is active: the one to which a consumer group gives the only partition of the event log.
///
/// It reads no records. A member that dies is noticed within the session timeout of 6 s, which is the shortest that
/// Kafka allows by default, and the others hear of it with their next heartbeat. Being told late that one no longer
/// leads is harmless: the log itself shuts out every writer but the last. Whoever leads goes on leading when others
/// come or go: the partition sticks to its member.
public final class KafkaLeadership implements AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(KafkaLeadership.class.getName());
    private static final Duration POLL = Duration.ofMillis(250);
    private static final Duration PAUSE_AFTER_ERROR = Duration.ofSeconds(1);
    static final String GROUP = "heng-coordinators";

    private final KafkaConnection connection;
    private volatile boolean stopped;
    private Optional<Boolean> told = Optional.empty();
    private Thread thread = Thread.ofPlatform().unstarted(() -> { });

    public KafkaLeadership(KafkaConnection connection) {
        this.connection = connection;
    }

    /// Stands for election from now on.
    ///
    /// @param role told true when this process is to lead, false when it is to stand by
    public void start(Consumer<Boolean> role) {
        thread = Thread.ofPlatform().name("leadership").daemon().start(() -> run(role));
    }

    private void run(Consumer<Boolean> role) {
        while (!stopped) {
            try {
                campaign(role);
            } catch (WakeupException e) {
                LOGGER.log(Level.DEBUG, "left the election");
            } catch (KafkaException e) {
                LOGGER.log(Level.WARNING, "the election failed, trying again: " + e.getMessage());
                tell(role, false);
                pause();
            }
        }
    }

    private void campaign(Consumer<Boolean> role) {
        try (var consumer = new KafkaConsumer<>(connection.with(Map.of("group.id", GROUP, "enable.auto.commit", false,
                "session.timeout.ms", 6_000, "heartbeat.interval.ms", 750, "auto.offset.reset", "latest",
                "metadata.max.age.ms", 5_000,
                "partition.assignment.strategy", CooperativeStickyAssignor.class.getName())),
                new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(Topics.ROADMAP), new ConsumerRebalanceListener() {
                @Override
                public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                    consumer.pause(consumer.assignment());
                    tell(role, !consumer.assignment().isEmpty());
                }

                @Override
                public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                    tell(role, false);
                }
            });
            while (!stopped) {
                consumer.poll(POLL);
            }
        }
    }

    /// Kafka repeats itself when others come or go.
    private void tell(Consumer<Boolean> role, boolean lead) {
        if (!told.equals(Optional.of(lead))) {
            told = Optional.of(lead);
            role.accept(lead);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_AFTER_ERROR);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Leaves the election, so that another may lead at once.
    @Override
    public void close() {
        stopped = true;
        try {
            // Not started when the coordinator refused to start.
            if (thread.isAlive()) {
                thread.join(Duration.ofSeconds(3));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
