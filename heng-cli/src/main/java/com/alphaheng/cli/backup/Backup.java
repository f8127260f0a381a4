package com.alphaheng.cli.backup;

import com.alphaheng.cli.CliException;
import com.alphaheng.protocol.ProtocolCodec;
import com.alphaheng.protocol.Topics;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/// Copies what cannot be made again from Kafka into a file. The coordinator may go on meanwhile: the copy is the log
/// as of the moment it began.
public final class Backup {
    private static final ObjectMapper JSON = ProtocolCodec.jsonMapper();
    private static final Duration POLL = Duration.ofMillis(200);

    private final Map<String, Object> kafka;
    private final Optional<Long> until;
    private final boolean output;
    private final TreeSet<String> campaigns = new TreeSet<>();
    private Optional<Instant> lastFact = Optional.empty();

    /// @param kafka  client settings
    /// @param until  leave out this record of the event log and all after it
    /// @param output whether the output of attempts is to be in it
    public Backup(Map<String, Object> kafka, Optional<Long> until, boolean output) {
        this.kafka = Map.copyOf(kafka);
        this.until = until;
        this.output = output;
    }

    /// Writes the file, whole or not at all.
    public Manifest write(Path file) {
        Path partial = file.resolveSibling(file.getFileName() + ".partial");
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            Manifest manifest;
            try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(partial))) {
                manifest = write(consumer, zip);
            }
            Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING);
            return manifest;
        } catch (IOException e) {
            throw CliException.unavailable("cannot write " + file + " ("
                    + CliException.reason(e) + "): is there space, and may you write "
                    + "there?");
        } finally {
            remove(partial);
        }
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        Map<String, Object> settings = new HashMap<>(kafka);
        settings.putAll(Map.of("isolation.level", "read_committed", "auto.offset.reset", "earliest"));
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private static void remove(Path partial) {
        try {
            Files.deleteIfExists(partial);
        } catch (IOException e) {
            System.err.println("heng: cannot remove " + partial + ": " + e.getMessage());
        }
    }

    private Manifest write(KafkaConsumer<byte[], byte[]> consumer, ZipOutputStream zip) throws IOException {
        List<Manifest.Entry> entries = new ArrayList<>();
        for (Topics.Shape shape : copied()) {
            var partitions = consumer.partitionsFor(shape.name());
            if (partitions.isEmpty()) {
                throw CliException.failed("Kafka at " + kafka.get("bootstrap.servers") + " has no topic " + shape.name()
                        + ": no coordinator has ever used it, there is nothing to back up");
            }
            for (int partition = 0; partition < partitions.size(); partition++) {
                entries.add(copy(consumer, zip, new TopicPartition(shape.name(), partition)));
            }
        }
        Manifest manifest = new Manifest(Manifest.VERSION, Instant.now(), until, List.copyOf(campaigns), lastFact,
                entries);
        zip.putNextEntry(new ZipEntry(Manifest.NAME));
        zip.write(JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(manifest));
        zip.closeEntry();
        return manifest;
    }

    /// What is kept for ever, apart from snapshots, which are made anew; and the output of attempts.
    private List<Topics.Shape> copied() {
        return Topics.SHAPES.stream().filter(shape -> shape.forEver() && !shape.name().equals(Topics.SNAPSHOTS)
                || output && shape.name().equals(Topics.LOGS)).toList();
    }

    private Manifest.Entry copy(KafkaConsumer<byte[], byte[]> consumer, ZipOutputStream zip, TopicPartition partition)
            throws IOException {
        boolean log = partition.topic().equals(Topics.ROADMAP);
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
        long end = consumer.endOffsets(List.of(partition)).get(partition);
        if (log && consumer.position(partition) > 0) {
            throw CliException.failed("the event log begins at record " + consumer.position(partition) + ": somebody "
                    + "deleted what was before it, and a backup could not be replayed");
        }
        long stop = log ? Math.min(end, until.orElse(end)) : end;
        zip.putNextEntry(new ZipEntry(new Manifest.Entry(partition.topic(), partition.partition(), 0, 0, "").name()));
        DigestOutputStream hashed = new DigestOutputStream(zip, Sha256.digest());
        long records = 0;
        long bytes = 0;
        while (consumer.position(partition) < stop) {
            for (ConsumerRecord<byte[], byte[]> record : poll(consumer, partition)) {
                if (record.offset() < stop && record.value() != null) {
                    byte[] line = line(record, log);
                    hashed.write(line);
                    bytes += line.length;
                    records++;
                }
            }
        }
        zip.closeEntry();
        return new Manifest.Entry(partition.topic(), partition.partition(), records, bytes,
                HexFormat.of().formatHex(hashed.getMessageDigest().digest()));
    }

    private static Iterable<ConsumerRecord<byte[], byte[]>> poll(KafkaConsumer<byte[], byte[]> consumer,
            TopicPartition partition) {
        try {
            return consumer.poll(POLL);
        } catch (KafkaException e) {
            throw unreadable(partition, consumer.position(partition), e.getCause() == null ? e.getMessage()
                    : e.getCause().getMessage());
        }
    }

    private byte[] line(ConsumerRecord<byte[], byte[]> record, boolean log) {
        TopicPartition partition = new TopicPartition(record.topic(), record.partition());
        try {
            String value = text(record.value());
            if (log) {
                look(JSON.readTree(value));
            }
            StoredRecord stored = new StoredRecord(record.offset(), record.timestamp(),
                    record.key() == null ? null : text(record.key()), value);
            return (JSON.writeValueAsString(stored) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (CharacterCodingException | JsonProcessingException | java.time.DateTimeException e) {
            throw unreadable(partition, record.offset(), e.getMessage());
        }
    }

    private void look(JsonNode fact) {
        lastFact = Optional.of(Instant.parse(fact.path("at").asText()));
        if (fact.path("type").asText().equals("CampaignOpened")) {
            campaigns.add(fact.path("campaign").asText());
        }
    }

    private static String text(byte[] bytes) throws CharacterCodingException {
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    }

    private static CliException unreadable(TopicPartition partition, long offset, String why) {
        return CliException.failed("record " + offset + " of " + partition + " is unreadable (" + why + "). "
                + (partition.topic().equals(Topics.ROADMAP) ? "Nothing before it is affected: './heng backup --until "
                + offset + " FILE' keeps that, and './heng restore --replace FILE' makes it the log"
                : "Leave the output of attempts out with --without-output"));
    }
}
