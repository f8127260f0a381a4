package com.alphaheng.worker.kafka;

import com.alphaheng.protocol.CoordinatorMessage;
import com.alphaheng.protocol.LogChunk;
import com.alphaheng.protocol.ProtocolCodec;
import com.alphaheng.protocol.Topics;
import com.alphaheng.protocol.WorkerMessage;
import com.alphaheng.protocol.WorkerProof;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;

/// Plays the coordinator on a real broker: makes the topics, sends what the test says, waits for what it expects.
final class ScriptedCoordinator implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(150);

    private final Producer<String, byte[]> producer;
    private final Consumer<String, byte[]> consumer;
    final List<WorkerMessage> heard = new ArrayList<>();
    final List<LogChunk> output = new ArrayList<>();
    /// Reports that did not prove to come from the worker with [WorkerProcess#TOKEN].
    final List<WorkerMessage> unproven = new ArrayList<>();

    ScriptedCoordinator(String broker) {
        KafkaClients clients = new KafkaClients(broker, Map.of());
        producer = clients.producer("coordinator-" + UUID.randomUUID(), Duration.ofSeconds(20));
        consumer = clients.consumer("coordinator-" + UUID.randomUUID());
        List<TopicPartition> topics = List.of(new TopicPartition(Topics.REPORTS, 0),
                new TopicPartition(Topics.LOGS, 0));
        consumer.assign(topics);
        consumer.seekToBeginning(topics);
    }

    static void makeTopics(String broker) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker))) {
            admin.createTopics(List.of(new NewTopic(Topics.ASSIGNMENTS, Topics.ASSIGNMENT_PARTITIONS, (short) 1),
                    new NewTopic(Topics.REPORTS, 1, (short) 1), new NewTopic(Topics.LOGS, 1, (short) 1))).all().get();
        }
    }

    void say(CoordinatorMessage message) throws Exception {
        producer.send(new ProducerRecord<>(Topics.ASSIGNMENTS, Topics.partitionOf(message.workerId()),
                message.workerId(), ProtocolCodec.encode(message))).get();
    }

    /// The first message of the type that fits, of those heard so far and those still to come.
    <T extends WorkerMessage> T await(Class<T> type, Predicate<T> fits) {
        Instant end = Instant.now().plus(PATIENCE);
        int looked = 0;
        while (Instant.now().isBefore(end)) {
            for (; looked < heard.size(); looked++) {
                if (type.isInstance(heard.get(looked)) && fits.test(type.cast(heard.get(looked)))) {
                    return type.cast(heard.get(looked));
                }
            }
            poll();
        }
        throw new AssertionError("no " + type.getSimpleName() + " came; heard " + heard);
    }

    String awaitOutput(String text) {
        Instant end = Instant.now().plus(PATIENCE);
        while (Instant.now().isBefore(end)) {
            String all = String.join("", output.stream().map(LogChunk::text).toList());
            if (all.contains(text)) {
                return all;
            }
            poll();
        }
        throw new AssertionError("no output '" + text + "' came; got " + output);
    }

    private void poll() {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
            if (record.topic().equals(Topics.LOGS)) {
                output.add(ProtocolCodec.decodeLogChunk(record.value()));
            } else {
                WorkerMessage message = ProtocolCodec.decodeWorkerMessage(record.value());
                Header proof = record.headers().lastHeader(WorkerProof.HEADER);
                if (proof == null || !WorkerProof.holds(WorkerProof.keyOf(WorkerProcess.TOKEN), record.value(),
                        proof.value())) {
                    unproven.add(message);
                }
                heard.add(message);
            }
        }
    }

    @Override
    public void close() {
        producer.close(Duration.ZERO);
        consumer.close();
    }
}
