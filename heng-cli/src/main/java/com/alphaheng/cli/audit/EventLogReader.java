package com.alphaheng.cli.audit;

import com.alphaheng.protocol.Topics;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/// Reads the coordinator's event log from Kafka, committed records only: what really happened.
public final class EventLogReader {
    private EventLogReader() {
    }

    /// Hands over every fact in the log now, in order.
    ///
    /// @param bootstrap Kafka's address
    public static void read(String bootstrap, Consumer<JsonNode> facts) {
        ObjectMapper json = new ObjectMapper();
        TopicPartition log = new TopicPartition(Topics.ROADMAP, 0);
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrap, "isolation.level", "read_committed"),
                new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(log));
            consumer.seekToBeginning(List.of(log));
            long end = consumer.endOffsets(List.of(log)).get(log);
            while (consumer.position(log) < end) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    if (record.value() != null) { // A record without a fact only says how far the reports were read.
                        facts.accept(json.readTree(record.value()));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the event log holds a record that is no JSON", e);
        }
    }
}
