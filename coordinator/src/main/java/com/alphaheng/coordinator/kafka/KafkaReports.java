package com.alphaheng.coordinator.kafka;

import com.alphaheng.coordinator.runtime.ReportSource;
import com.alphaheng.protocol.ProtocolCodec;
import com.alphaheng.protocol.ProtocolException;
import com.alphaheng.protocol.Topics;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/// Reads [Topics#REPORTS] from where the event log says. A plain consumer rather than a channel of the framework: the
/// place to read from belongs to the log, not to a consumer group.
public final class KafkaReports implements ReportSource {
    private static final System.Logger LOGGER = System.getLogger(KafkaReports.class.getName());
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration PAUSE_AFTER_ERROR = Duration.ofSeconds(1);

    private final KafkaConnection connection;
    private Optional<Reading> reading = Optional.empty();

    public KafkaReports(KafkaConnection connection) {
        this.connection = connection;
    }

    @Override
    public synchronized void readFrom(Map<Integer, Long> offsets, Sink sink) {
        reading.ifPresent(Reading::stop);
        Reading next = new Reading(offsets, sink);
        reading = Optional.of(next);
        next.thread.start();
    }

    @Override
    public void close() {
        stop();
    }

    @Override
    public synchronized void stop() {
        reading.ifPresent(Reading::stop);
        reading = Optional.empty();
    }

    private final class Reading {
        private final Map<Integer, Long> offsets;
        private final Sink sink;
        private final Thread thread = Thread.ofPlatform().name("report-reader").daemon().unstarted(this::run);
        private volatile boolean stopped;
        private volatile Optional<KafkaConsumer<String, byte[]>> consumer = Optional.empty();

        Reading(Map<Integer, Long> offsets, Sink sink) {
            this.offsets = offsets;
            this.sink = sink;
        }

        /// Does not wait: what a stopped reader still delivers belongs to a past generation and is dropped.
        void stop() {
            stopped = true;
            consumer.ifPresent(KafkaConsumer::wakeup);
        }

        private void run() {
            while (!stopped) {
                try {
                    read();
                } catch (WakeupException e) {
                    LOGGER.log(Level.DEBUG, "stopped reading reports");
                } catch (KafkaException e) {
                    LOGGER.log(Level.WARNING, "reading reports failed, starting over: " + e.getMessage());
                    pause();
                }
            }
        }

        private void read() {
            try (var opened = new KafkaConsumer<>(connection.with(Map.of("enable.auto.commit", false,
                    "auto.offset.reset", "earliest", "max.poll.records", 2_000, "fetch.max.wait.ms", 100)),
                    new StringDeserializer(), new ByteArrayDeserializer())) {
                consumer = Optional.of(opened);
                List<TopicPartition> partitions = opened.partitionsFor(Topics.REPORTS).stream()
                        .map(info -> new TopicPartition(info.topic(), info.partition())).toList();
                opened.assign(partitions);
                for (TopicPartition partition : partitions) {
                    Long offset = offsets.get(partition.partition());
                    if (offset == null) {
                        opened.seekToBeginning(List.of(partition));
                    } else {
                        opened.seek(partition, offset);
                    }
                }
                while (!stopped) {
                    opened.poll(POLL).forEach(this::deliver);
                }
            }
        }

        private void deliver(ConsumerRecord<String, byte[]> record) {
            try {
                sink.accept(record.partition(), record.offset(), ProtocolCodec.decodeWorkerMessage(record.value()));
            } catch (ProtocolException e) {
                LOGGER.log(Level.WARNING, "skipped report {0} of partition {1} by {2}: {3}", record.offset(),
                        record.partition(), record.key(), e.getMessage());
            }
        }

        private static void pause() {
            try {
                Thread.sleep(PAUSE_AFTER_ERROR);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
