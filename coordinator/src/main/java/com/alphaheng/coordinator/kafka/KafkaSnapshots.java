package com.alphaheng.coordinator.kafka;

import com.alphaheng.coordinator.roadmap.RoadmapState;
import com.alphaheng.coordinator.roadmap.SnapshotCodec;
import com.alphaheng.coordinator.roadmap.Snapshots;
import com.alphaheng.coordinator.roadmap.UnreadableEventException;
import com.alphaheng.protocol.ProtocolCodec;
import com.alphaheng.protocol.Topics;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/// Snapshots in [Topics#SNAPSHOTS]: gzipped lines of JSON in parts, then a manifest that makes them count. What was
/// cut short has no manifest; what was damaged does not have its hash; both are as if they were not there.
final class KafkaSnapshots {
    private static final System.Logger LOGGER = System.getLogger(KafkaSnapshots.class.getName());
    private static final TopicPartition PARTITION = new TopicPartition(Topics.SNAPSHOTS, 0);
    private static final ObjectMapper JSON = ProtocolCodec.jsonMapper();
    private static final Duration POLL = Duration.ofMillis(200);
    private static final int PART_BYTES = 512 << 10;
    private static final String MANIFEST = "manifest";

    /// What makes the parts before it a snapshot.
    ///
    /// @param offset        the snapshot stands for all records of the log before this one
    /// @param facts         how many facts those are
    /// @param reportOffsets how far the reports were read by then
    /// @param lastRecord    offset of the last fact that is in it
    /// @param lastHash      SHA-256 of that fact's bytes: a log in which it is another one is another log
    /// @param firstPart     where in the topic of the snapshots its parts begin
    /// @param hash          SHA-256 of all parts
    record Manifest(long offset, long facts, Map<Integer, Long> reportOffsets, long lastRecord, String lastHash,
                    int parts, long firstPart, String hash) {
    }

    /// A snapshot as it was found.
    record Stored(Manifest manifest, List<byte[]> parts) {
        /// @throws UnreadableEventException if it is of another version, or does not fit together
        RoadmapState state() {
            Snapshots.Rebuilding rebuilding = new Snapshots.Rebuilding();
            ByteArrayOutputStream whole = new ByteArrayOutputStream();
            parts.forEach(whole::writeBytes);
            try (BufferedReader lines = new BufferedReader(new InputStreamReader(new GZIPInputStream(
                    new ByteArrayInputStream(whole.toByteArray())), StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    rebuilding.accept(SnapshotCodec.decode(line.getBytes(StandardCharsets.UTF_8)));
                }
            } catch (IOException e) {
                throw new UnreadableEventException("not gzip: " + e.getMessage(), e);
            }
            return rebuilding.finish();
        }
    }

    private final KafkaConnection connection;

    KafkaSnapshots(KafkaConnection connection) {
        this.connection = connection;
    }

    /// Whole snapshots, the newest first.
    List<Stored> find() {
        Map<String, List<byte[]>> parts = new HashMap<>();
        List<Stored> found = new ArrayList<>();
        try (var consumer = new KafkaConsumer<>(connection.with(Map.of("enable.auto.commit", false,
                "auto.offset.reset", "earliest", "fetch.max.bytes", 64 << 20)), new StringDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(List.of(PARTITION));
            consumer.seekToBeginning(List.of(PARTITION));
            long end = consumer.endOffsets(List.of(PARTITION)).get(PARTITION);
            while (consumer.position(PARTITION) < end) {
                for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                    take(record, parts).ifPresent(found::add);
                }
            }
        }
        return found.reversed();
    }

    private static Optional<Stored> take(ConsumerRecord<String, byte[]> record, Map<String, List<byte[]>> parts) {
        String[] key = record.key().split("/");
        if (!key[1].equals(MANIFEST)) {
            parts.computeIfAbsent(key[0], id -> new ArrayList<>()).add(record.value());
            return Optional.empty();
        }
        List<byte[]> own = parts.getOrDefault(key[0], List.of());
        parts.clear(); // What was begun before and is not finished yet never will be.
        try {
            Manifest manifest = JSON.readValue(record.value(), Manifest.class);
            if (own.size() == manifest.parts() && hash(own).equals(manifest.hash())) {
                return Optional.of(new Stored(manifest, own));
            }
            LOGGER.log(Level.WARNING, "the snapshot at record " + manifest.offset() + " is damaged; the log is read "
                    + "instead");
        } catch (IOException e) {
            LOGGER.log(Level.WARNING, "a snapshot's manifest is unreadable, the log is read instead: "
                    + e.getMessage());
        }
        return Optional.empty();
    }

    /// Writes a snapshot and drops all but the one before it.
    void write(LogReplay.Result replayed) {
        List<byte[]> parts = parts(replayed.state());
        String id = UUID.randomUUID().toString();
        try (var producer = new KafkaProducer<>(connection.with(Map.of("acks", "all", "max.request.size", 16 << 20)),
                new StringSerializer(), new ByteArraySerializer())) {
            long firstPart = -1;
            for (int part = 0; part < parts.size(); part++) {
                long offset = producer.send(new ProducerRecord<>(Topics.SNAPSHOTS, 0, id + "/" + part,
                        parts.get(part))).get().offset();
                firstPart = firstPart < 0 ? offset : firstPart;
            }
            Manifest manifest = new Manifest(replayed.nextOffset(), replayed.state().durableEvents(),
                    replayed.reportOffsets(), replayed.lastRecord(), replayed.lastHash(), parts.size(), firstPart,
                    hash(parts));
            producer.send(new ProducerRecord<>(Topics.SNAPSHOTS, 0, id + "/" + MANIFEST,
                    JSON.writeValueAsBytes(manifest))).get();
        } catch (ExecutionException e) {
            throw new KafkaException("the snapshot was not taken: " + e.getCause().getMessage(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted while writing a snapshot", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        dropOld();
    }

    private static List<byte[]> parts(RoadmapState state) {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(whole, 1 << 16)) {
            Snapshots.take(state, image -> {
                try {
                    gzip.write(SnapshotCodec.encode(image));
                    gzip.write('\n');
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        byte[] bytes = whole.toByteArray();
        List<byte[]> parts = new ArrayList<>();
        for (int start = 0; start < bytes.length; start += PART_BYTES) {
            parts.add(Arrays.copyOfRange(bytes, start, Math.min(bytes.length, start + PART_BYTES)));
        }
        return parts;
    }

    /// Two are kept: should the newest turn out damaged, the one before still spares most of the log.
    private void dropOld() {
        List<Stored> found = find();
        if (found.size() > 2) {
            try (Admin admin = Admin.create(connection.with(Map.of()))) {
                admin.deleteRecords(Map.of(PARTITION, RecordsToDelete.beforeOffset(
                        found.get(1).manifest().firstPart()))).all().get();
            } catch (ExecutionException e) {
                LOGGER.log(Level.WARNING, "old snapshots stay, they cost nothing but space: "
                        + e.getCause().getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    static String hash(List<byte[]> parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            parts.forEach(digest::update);
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
