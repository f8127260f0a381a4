package com.alphaheng.coordinator.kafka;

import com.alphaheng.protocol.AttemptId;
import com.alphaheng.protocol.AttemptResult.Outcome;
import com.alphaheng.protocol.AttemptResult;
import com.alphaheng.protocol.CoordinatorMessage;
import com.alphaheng.protocol.LogChunk;
import com.alphaheng.protocol.ProtocolCodec;
import com.alphaheng.protocol.Topics;
import com.alphaheng.protocol.WorkerMessage;
import com.alphaheng.protocol.WorkerProfile;
import com.alphaheng.protocol.WorkerProof;
import com.alphaheng.spec.TaskKind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/// A worker of the real protocol over real Kafka that does what a test tells it, one step at a time.
public final class ScriptedWorker implements AutoCloseable {
    private final String id;
    private String incarnation = UUID.randomUUID().toString();
    private final KafkaProducer<String, byte[]> producer;
    private final KafkaConsumer<String, byte[]> consumer;
    private final List<CoordinatorMessage> unread = new ArrayList<>();
    private final Set<AttemptId> running = new LinkedHashSet<>();
    private Optional<String> token = Optional.empty();
    private long sequence;

    public ScriptedWorker(String bootstrapServers, String id) {
        this(bootstrapServers, id, Map.of());
    }

    /// @param security the Kafka client's settings for TLS and SASL
    public ScriptedWorker(String bootstrapServers, String id, Map<String, String> security) {
        this.id = id;
        Map<String, Object> settings = new HashMap<>(security);
        settings.putAll(Map.of("bootstrap.servers", bootstrapServers, "isolation.level", "read_committed",
                "enable.auto.commit", false));
        producer = new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer());
        consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer());
        TopicPartition mine = new TopicPartition(Topics.ASSIGNMENTS, Topics.partitionOf(id));
        consumer.assign(List.of(mine));
        consumer.seekToEnd(List.of(mine));
        consumer.position(mine);
    }

    /// Signs its reports with this token from now on.
    public void prove(String ownToken) {
        token = Optional.of(ownToken);
    }

    /// Goes on as if it were this process of that worker, which has said something less by now.
    public void speakFor(ScriptedWorker other) {
        incarnation = other.incarnation;
        sequence = other.sequence;
    }

    public void hello(int slots) {
        send(new WorkerMessage.Hello(id, incarnation, ++sequence, new WorkerProfile(Map.of("os", "linux"),
                EnumSet.allOf(TaskKind.class), List.of(), slots, 2, 0, 1L << 34, "scripted"), List.copyOf(running)));
    }

    public void beat() {
        send(new WorkerMessage.Heartbeat(id, incarnation, ++sequence, List.copyOf(running)));
    }

    public void reach(AttemptId attempt, String stage) {
        send(new WorkerMessage.AttemptProgress(id, incarnation, ++sequence, attempt, stage, Instant.now()));
    }

    public void log(AttemptId attempt, long chunk, String text) {
        producer.send(new ProducerRecord<>(Topics.LOGS, attempt.taskKey(),
                ProtocolCodec.encode(new LogChunk(attempt, chunk, "verify", Instant.now(), text))));
        producer.flush();
    }

    public void finish(AttemptId attempt, Outcome outcome, String reason) {
        Instant now = Instant.now();
        running.remove(attempt);
        send(new WorkerMessage.AttemptFinished(id, incarnation, ++sequence, attempt, new AttemptResult(outcome, reason,
                Optional.of(outcome == Outcome.SUCCEEDED ? 0 : 1), now, now, List.of(), "abc123", "scripted")));
    }

    /// Waits for an assignment and takes it up.
    public CoordinatorMessage.Assignment awaitAssignment(Duration patience) {
        var assignment = (CoordinatorMessage.Assignment) await(patience,
                message -> message instanceof CoordinatorMessage.Assignment);
        running.add(assignment.attempt());
        return assignment;
    }

    /// Waits for a message; beats meanwhile.
    public CoordinatorMessage await(Duration patience, Predicate<CoordinatorMessage> wanted) {
        Instant end = Instant.now().plus(patience);
        Instant nextBeat = Instant.now().plusSeconds(2);
        while (Instant.now().isBefore(end)) {
            for (CoordinatorMessage message : List.copyOf(unread)) {
                if (wanted.test(message)) {
                    unread.remove(message);
                    return message;
                }
            }
            consumer.poll(Duration.ofMillis(100)).forEach(record -> {
                if (record.key().equals(id)) {
                    unread.add(ProtocolCodec.decodeCoordinatorMessage(record.value()));
                }
            });
            if (Instant.now().isAfter(nextBeat)) {
                nextBeat = Instant.now().plusSeconds(2);
                beat();
            }
        }
        throw new AssertionError("nothing fitting came within " + patience + "; unread: " + unread);
    }

    private void send(WorkerMessage message) {
        byte[] report = ProtocolCodec.encode(message);
        ProducerRecord<String, byte[]> record = new ProducerRecord<>(Topics.REPORTS, id, report);
        token.map(WorkerProof::keyOf).ifPresent(key ->
                record.headers().add(WorkerProof.HEADER, WorkerProof.of(key, report)));
        producer.send(record);
        producer.flush();
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(2));
        consumer.close();
    }
}
