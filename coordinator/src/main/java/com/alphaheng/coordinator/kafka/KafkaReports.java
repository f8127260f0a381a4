package com.alphaheng.coordinator.kafka;

import com.alphaheng.coordinator.runtime.ReportSource;
import com.alphaheng.protocol.ProtocolCodec;
import com.alphaheng.protocol.ProtocolException;
import com.alphaheng.protocol.Topics;
import com.alphaheng.protocol.WorkerProof;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/// Reads [Topics#REPORTS] from where the event log says. A plain consumer rather than a channel of the framework: the
/// place to read from belongs to the log, not to a consumer group.
public final class KafkaReports implements ReportSource {
    private static final System.Logger LOGGER = System.getLogger(KafkaReports.class.getName());
    private static final Duration POLL = Duration.ofMillis(250);
    private static final Duration BETWEEN_QUESTIONS = Duration.ofMillis(500);
    private static final Duration ANSWER = Duration.ofSeconds(1);
    private static final Duration PAUSE_AFTER_ERROR = Duration.ofSeconds(1);
    /// So far back it is looked who was heard from: longer than a lease and an election together.
    private static final Duration LOOK_BACK = Duration.ofSeconds(20);

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
        private boolean recalled;
        private final Thread thread = Thread.ofPlatform().name("report-reader").daemon().unstarted(this::run);
        private volatile boolean stopped;
        private volatile Optional<KafkaConsumer<String, byte[]>> consumer = Optional.empty();

        Reading(Map<Integer, Long> offsets, Sink sink) {
            this.offsets = new HashMap<>(offsets);
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
                if (!recalled) {
                    catchUp(opened, partitions);
                }
                begin(opened, partitions, Map.of());
                UpToDate upToDate = new UpToDate(opened, partitions);
                while (!stopped) {
                    opened.poll(POLL).forEach(this::deliver);
                    if (upToDate.now()) {
                        sink.upToDate();
                    }
                }
            }
        }

        /// Reads what is there already, and a bit of what was read before, for the times at which workers were heard.
        private void catchUp(KafkaConsumer<String, byte[]> opened, List<TopicPartition> partitions) {
            Map<TopicPartition, Long> ends = opened.endOffsets(partitions);
            long since = System.currentTimeMillis() - LOOK_BACK.toMillis();
            Map<TopicPartition, Long> earlier = new HashMap<>();
            opened.offsetsForTimes(partitions.stream().collect(Collectors.toMap(Function.identity(), _ -> since)))
                    .forEach((partition, found) -> earlier.put(partition,
                            found == null ? ends.get(partition) : found.offset()));
            begin(opened, partitions, earlier);
            HeardTimes times = new HeardTimes();
            while (!stopped && partitions.stream().anyMatch(partition ->
                    opened.position(partition) < ends.get(partition))) {
                for (ConsumerRecord<String, byte[]> record : opened.poll(POLL)) {
                    if (record.timestampType() == TimestampType.LOG_APPEND_TIME && record.timestamp() >= since
                            && record.key() != null) {
                        times.heard(record.key(), Instant.ofEpochMilli(record.timestamp()));
                    }
                    if (record.offset() >= offsets.getOrDefault(record.partition(), 0L)) {
                        deliver(record);
                        offsets.put(record.partition(), record.offset() + 1);
                    }
                }
            }
            recalled = true;
            sink.caughtUp(times.silent(), times.span(), times.outage(Instant.now()));
        }

        /// @param earlier where to begin instead, if that is before the place that the log names
        private void begin(KafkaConsumer<String, byte[]> opened, List<TopicPartition> partitions,
                           Map<TopicPartition, Long> earlier) {
            for (TopicPartition partition : partitions) {
                Long offset = offsets.get(partition.partition());
                if (offset == null) {
                    opened.seekToBeginning(List.of(partition));
                } else {
                    opened.seek(partition, Math.min(offset, earlier.getOrDefault(partition, offset)));
                }
            }
        }

        private void deliver(ConsumerRecord<String, byte[]> record) {
            try {
                sink.accept(record.partition(), record.offset(), ProtocolCodec.decodeWorkerMessage(record.value()),
                        key -> provenBy(key, record));
            } catch (ProtocolException e) {
                LOGGER.log(Level.WARNING, "skipped report {0} of partition {1} by {2}: {3}", record.offset(),
                        record.partition(), record.key(), e.getMessage());
            }
        }

        private static boolean provenBy(String key, ConsumerRecord<String, byte[]> record) {
            Header proof = record.headers().lastHeader(WorkerProof.HEADER);
            return proof != null && proof.value() != null && WorkerProof.holds(key, record.value(), proof.value());
        }

        private static void pause() {
            try {
                Thread.sleep(PAUSE_AFTER_ERROR);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /// Finds out whether all reports have been read, by asking Kafka where they end.
    private static final class UpToDate {
        private final KafkaConsumer<String, byte[]> consumer;
        private final List<TopicPartition> partitions;
        private Map<TopicPartition, Long> ends = Map.of();
        private long askedNanos = System.nanoTime() - BETWEEN_QUESTIONS.toNanos();

        UpToDate(KafkaConsumer<String, byte[]> consumer, List<TopicPartition> partitions) {
            this.consumer = consumer;
            this.partitions = partitions;
        }

        /// Whether everything up to the last question has been read, told once for each question.
        boolean now() {
            if (ends.isEmpty() && System.nanoTime() - askedNanos >= BETWEEN_QUESTIONS.toNanos()) {
                askedNanos = System.nanoTime();
                ends = ask();
            }
            if (ends.isEmpty() || !ends.entrySet().stream().allMatch(end ->
                    consumer.position(end.getKey()) >= end.getValue())) {
                return false;
            }
            ends = Map.of();
            return true;
        }

        private Map<TopicPartition, Long> ask() {
            try {
                return consumer.endOffsets(partitions, ANSWER);
            } catch (TimeoutException e) {
                return Map.of(); // The broker is away, which the log's writer says better.
            }
        }
    }
}
