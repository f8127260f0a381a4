package com.alphaheng.coordinator.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.alphaheng.coordinator.runtime.LineCount;
import com.alphaheng.coordinator.runtime.LogException;
import com.alphaheng.coordinator.runtime.LogLine;
import com.alphaheng.coordinator.runtime.OutputArchive;
import com.alphaheng.protocol.AttemptId;
import com.alphaheng.protocol.LogChunk;
import com.alphaheng.protocol.ProtocolCodec;
import com.alphaheng.protocol.ProtocolException;
import com.alphaheng.protocol.Topics;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.utils.Utils;

/// Reads [Topics#LOGS] for one attempt: its partition, from about the time of its assignment on.
public final class KafkaOutputArchive implements OutputArchive {
    private static final System.Logger LOGGER = System.getLogger(KafkaOutputArchive.class.getName());
    private static final Duration POLL = Duration.ofMillis(200);
    /// The pieces carry the worker's time, the assignment the coordinator's.
    private static final Duration CLOCKS_MAY_DIFFER = Duration.ofMinutes(10);

    private final KafkaConnection connection;

    public KafkaOutputArchive(KafkaConnection connection) {
        this.connection = connection;
    }

    @Override
    public void read(AttemptId attempt, Instant since, Consumer<LogLine> lines) {
        try (var consumer = new KafkaConsumer<>(connection.with(Map.of("enable.auto.commit", false,
                "auto.offset.reset", "earliest", "max.poll.records", 5_000)), new StringDeserializer(),
                new ByteArrayDeserializer())) {
            int partitions = consumer.partitionsFor(Topics.LOGS).size();
            TopicPartition partition = new TopicPartition(Topics.LOGS,
                    Utils.toPositive(Utils.murmur2(attempt.taskKey().getBytes(UTF_8))) % partitions);
            consumer.assign(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            OffsetAndTimestamp start = consumer.offsetsForTimes(Map.of(partition,
                    since.minus(CLOCKS_MAY_DIFFER).toEpochMilli())).get(partition);
            consumer.seek(partition, start == null ? end : start.offset());
            LineCount count = new LineCount();
            while (consumer.position(partition) < end) {
                for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                    if (attempt.taskKey().equals(record.key())) {
                        take(record, attempt, count, lines);
                    }
                }
            }
        } catch (KafkaException e) {
            throw new LogException("the output of " + attempt + " cannot be read from " + Topics.LOGS + ": "
                    + e.getMessage(), e);
        }
    }

    private static void take(ConsumerRecord<String, byte[]> record, AttemptId attempt, LineCount count,
                             Consumer<LogLine> lines) {
        try {
            LogChunk chunk = ProtocolCodec.decodeLogChunk(record.value());
            if (chunk.attempt().equals(attempt)) {
                count.take(chunk).forEach(lines);
            }
        } catch (ProtocolException e) {
            LOGGER.log(Level.WARNING, "skipped output {0} of partition {1}: {2}", record.offset(), record.partition(),
                    e.getMessage());
        }
    }
}
