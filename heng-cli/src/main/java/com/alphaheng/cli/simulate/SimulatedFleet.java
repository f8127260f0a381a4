package com.alphaheng.cli.simulate;

import com.alphaheng.protocol.AttemptId;
import com.alphaheng.protocol.CoordinatorMessage;
import com.alphaheng.protocol.ProtocolCodec;
import com.alphaheng.protocol.Topics;
import com.alphaheng.protocol.WorkerMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/// Many simulated workers on one thread: they read their assignments from Kafka and report there, as real ones do.
public final class SimulatedFleet implements AutoCloseable {
    private static final long HEARTBEAT_NANOS = Duration.ofSeconds(3).toNanos();
    private static final long DOWN_NANOS = Duration.ofSeconds(2).toNanos();

    private final KafkaProducer<String, byte[]> reports;
    private final KafkaConsumer<String, byte[]> assignments;
    private final Map<String, SimulatedWorker> workers = new HashMap<>();
    private final PriorityQueue<Due> agenda = new PriorityQueue<>(Comparator.comparingLong(Due::at));
    private final Random random;
    private final long meanNanos;
    private final double deaths;
    private final FleetObserver observer;

    /// @param prefix of the workers' ids
    /// @param mean   mean duration of a task; drawn from an exponential distribution
    /// @param deaths share of assignments at which the worker dies, to come back 2 s later knowing nothing
    public SimulatedFleet(String broker, String prefix, int count, Duration mean, double deaths, long seed,
                          FleetObserver observer) {
        this.random = new Random(seed);
        this.meanNanos = mean.toNanos();
        this.deaths = deaths;
        this.observer = observer;
        reports = new KafkaProducer<>(Map.of("bootstrap.servers", broker, "acks", "all", "linger.ms", "2"),
                new StringSerializer(), new ByteArraySerializer());
        assignments = new KafkaConsumer<>(Map.of("bootstrap.servers", broker, "isolation.level", "read_committed",
                "fetch.max.wait.ms", "50"), new StringDeserializer(), new ByteArrayDeserializer());
        List<TopicPartition> partitions = IntStream.range(0, Topics.ASSIGNMENT_PARTITIONS)
                .mapToObj(number -> new TopicPartition(Topics.ASSIGNMENTS, number)).toList();
        assignments.assign(partitions);
        assignments.seekToEnd(partitions);
        partitions.forEach(assignments::position);
        for (int number = 0; number < count; number++) {
            SimulatedWorker worker = new SimulatedWorker("%s-%04d".formatted(prefix, number), random);
            workers.put(worker.id(), worker);
            greet(worker);
            scheduleHeartbeat(worker, random.nextLong(HEARTBEAT_NANOS));
        }
        reports.flush();
    }

    private record Due(long at, Runnable action) {
    }

    /// Lives on for this long.
    public void run(Duration duration) {
        long end = System.nanoTime() + duration.toNanos();
        while (System.nanoTime() < end) {
            long now = System.nanoTime();
            while (!agenda.isEmpty() && agenda.peek().at() <= now) {
                agenda.poll().action().run();
            }
            long wait = agenda.isEmpty() ? 20 : Math.clamp((agenda.peek().at() - now) / 1_000_000, 0, 20);
            for (ConsumerRecord<String, byte[]> record : assignments.poll(Duration.ofMillis(wait))) {
                receive(ProtocolCodec.decodeCoordinatorMessage(record.value()));
            }
        }
    }

    private void receive(CoordinatorMessage message) {
        SimulatedWorker worker = workers.get(message.workerId());
        if (worker == null || !worker.incarnation().equals(message.incarnation())) {
            return; // For a real worker, or for one that died.
        }
        switch (message) {
            case CoordinatorMessage.Assignment assignment -> begin(worker, assignment.attempt());
            case CoordinatorMessage.StopAttempt stop -> worker.stop(stop.attempt());
            case CoordinatorMessage.IntroduceYourself _ -> greet(worker);
        }
    }

    private void begin(SimulatedWorker worker, AttemptId attempt) {
        if (random.nextDouble() < deaths) {
            observer.died();
            worker.restart();
            String incarnation = worker.incarnation();
            agenda.add(new Due(System.nanoTime() + DOWN_NANOS, () -> {
                if (worker.incarnation().equals(incarnation)) {
                    greet(worker);
                }
            }));
            return;
        }
        if (!worker.take(attempt)) {
            return;
        }
        observer.assigned(attempt);
        send(worker.started(attempt));
        Instant startedAt = Instant.now();
        long duration = (long) (-Math.log(1 - random.nextDouble()) * meanNanos);
        agenda.add(new Due(System.nanoTime() + duration, () -> worker.finish(attempt, startedAt).ifPresent(finished -> {
            observer.finishing(attempt);
            send(finished);
        })));
    }

    private void greet(SimulatedWorker worker) {
        send(worker.hello());
    }

    private void scheduleHeartbeat(SimulatedWorker worker, long delay) {
        agenda.add(new Due(System.nanoTime() + delay, () -> {
            send(worker.heartbeat());
            scheduleHeartbeat(worker, HEARTBEAT_NANOS);
        }));
    }

    private void send(WorkerMessage message) {
        reports.send(new ProducerRecord<>(Topics.REPORTS, message.workerId(), ProtocolCodec.encode(message)));
    }

    @Override
    public void close() {
        workers.values().forEach(worker -> send(worker.goodbye()));
        reports.close();
        assignments.close();
    }
}
