package com.alphaheng.cli.backup;

import com.alphaheng.cli.CliException;
import com.alphaheng.protocol.Topics;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/// Makes a backup the log of a Kafka cluster.
///
/// The event log is written last and in one transaction: a restore that is cut short leaves none, not half a one.
public final class Restore {
    private static final String COORDINATORS = "heng-coordinators";
    private static final long TIMEOUT_SECONDS = 30;

    private final Map<String, Object> kafka;
    private final boolean replace;

    /// @param kafka   client settings
    /// @param replace whether what is there may be deleted
    public Restore(Map<String, Object> kafka, boolean replace) {
        this.kafka = Map.copyOf(kafka);
        this.replace = replace;
    }

    /// Writes everything in the file.
    public void from(BackupFile file) {
        try (Admin admin = Admin.create(kafka)) {
            requireNoCoordinator(admin);
            Set<String> present = admin.listTopics().names().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            List<String> ours = Topics.SHAPES.stream().map(Topics.Shape::name).filter(present::contains).toList();
            requireEmpty(admin, ours);
            if (!ours.isEmpty()) {
                delete(admin, ours);
            }
            admin.createTopics(Topics.SHAPES.stream().map(shape -> new NewTopic(shape.name(),
                    Optional.of(shape.partitions()), Optional.empty()).configs(shape.settings())).toList()).all()
                    .get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            write(file);
            awaitVisible(admin);
        } catch (ExecutionException e) {
            throw failed(e.getCause());
        } catch (TimeoutException | KafkaException e) {
            throw failed(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed(e);
        }
    }

    private CliException failed(Throwable cause) {
        return CliException.unavailable("Kafka at " + kafka.get("bootstrap.servers") + " did not take the backup ("
                + cause.getMessage() + "): mend that and restore again, with --replace if something was written");
    }

    private static void requireNoCoordinator(Admin admin)
            throws InterruptedException, ExecutionException, TimeoutException {
        try {
            int members = admin.describeConsumerGroups(List.of(COORDINATORS)).describedGroups().get(COORDINATORS)
                    .get(TIMEOUT_SECONDS, TimeUnit.SECONDS).members().size();
            if (members > 0) {
                throw CliException.failed("a coordinator is running on this Kafka: stop all of them first (one that "
                        + "was killed is forgotten after 6 s)");
            }
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof GroupIdNotFoundException)) {
                throw e;
            }
        }
    }

    private void requireEmpty(Admin admin, List<String> topics)
            throws InterruptedException, ExecutionException, TimeoutException {
        if (replace || !topics.contains(Topics.ROADMAP)) {
            return;
        }
        long end = end(admin, IsolationLevel.READ_UNCOMMITTED);
        if (end > 0) {
            throw CliException.failed("there is an event log of " + end + " records already. To delete it, "
                    + "the output of all attempts and what is under way, add --replace; to keep it, make a backup of "
                    + "it first, or restore somewhere else");
        }
    }

    private static long end(Admin admin, IsolationLevel level)
            throws InterruptedException, ExecutionException, TimeoutException {
        TopicPartition log = new TopicPartition(Topics.ROADMAP, 0);
        return admin.listOffsets(Map.of(log, OffsetSpec.latest()), new ListOffsetsOptions(level)).partitionResult(log)
                .get(TIMEOUT_SECONDS, TimeUnit.SECONDS).offset();
    }

    /// A committed transaction is decided at once, but readers see it a moment later.
    private static void awaitVisible(Admin admin) throws InterruptedException, ExecutionException, TimeoutException {
        for (int tenths = 0; tenths < TIMEOUT_SECONDS * 10; tenths++) {
            if (end(admin, IsolationLevel.READ_COMMITTED) == end(admin, IsolationLevel.READ_UNCOMMITTED)) {
                return;
            }
            Thread.sleep(100);
        }
        throw new TimeoutException("the event log is written, but not visible after " + TIMEOUT_SECONDS + " s");
    }

    private static void delete(Admin admin, List<String> topics)
            throws InterruptedException, ExecutionException, TimeoutException {
        admin.deleteTopics(topics).all().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        for (int tenths = 0; tenths < TIMEOUT_SECONDS * 10; tenths++) {
            Set<String> left = admin.listTopics().names().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            if (topics.stream().noneMatch(left::contains)) {
                return;
            }
            Thread.sleep(100);
        }
        throw new TimeoutException("topics are still there " + TIMEOUT_SECONDS + " s after they were deleted");
    }

    private void write(BackupFile file) {
        Map<Boolean, List<Manifest.Entry>> entries = file.manifest().entries().stream()
                .collect(Collectors.partitioningBy(entry -> entry.topic().equals(Topics.ROADMAP)));
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of())) {
            send(producer, file, entries.get(false));
        }
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of("transactional.id", "heng-restore",
                "transaction.timeout.ms", 600_000))) {
            producer.initTransactions();
            producer.beginTransaction();
            send(producer, file, entries.get(true));
            producer.commitTransaction();
        }
    }

    private KafkaProducer<byte[], byte[]> producer(Map<String, Object> additions) {
        Map<String, Object> settings = new HashMap<>(kafka);
        settings.putAll(Map.of("acks", "all", "linger.ms", 5, "batch.size", 256 << 10, "max.request.size", 16 << 20));
        settings.putAll(additions);
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static void send(KafkaProducer<byte[], byte[]> producer, BackupFile file, List<Manifest.Entry> entries) {
        AtomicReference<Exception> failure = new AtomicReference<>();
        for (Manifest.Entry entry : entries) {
            file.read(entry, record -> producer.send(new ProducerRecord<>(entry.topic(), entry.partition(),
                    record.timestamp(), bytes(record.key()), bytes(record.value())), (sent, problem) ->
                    failure.compareAndSet(null, problem)));
        }
        producer.flush();
        if (failure.get() != null) {
            throw new KafkaException(failure.get().getMessage(), failure.get());
        }
    }

    private static byte[] bytes(String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }
}
