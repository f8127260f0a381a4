package com.alphaheng.coordinator.kafka;

import com.alphaheng.coordinator.roadmap.EventCodec;
import com.alphaheng.coordinator.roadmap.RoadmapState;
import com.alphaheng.coordinator.roadmap.UnreadableEventException;
import com.alphaheng.coordinator.runtime.LogException;
import com.alphaheng.protocol.Topics;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/// Reads the event log up to its present end: from the newest snapshot that fits, or from the beginning.
final class LogReplay {
    private static final System.Logger LOGGER = System.getLogger(LogReplay.class.getName());
    private static final TopicPartition PARTITION = new TopicPartition(Topics.ROADMAP, 0);
    private static final Duration POLL = Duration.ofMillis(200);
    /// After a seek, a request for what comes after the end must return before the next one goes out.
    private static final int MOST_WAIT_MILLIS = 10;

    /// What the log leads to.
    ///
    /// @param nextOffset    the first record that was not read
    /// @param reportOffsets per partition of the reports, the first one whose effects the log does not hold
    /// @param lastRecord    offset of the last fact; -1 if there is none
    /// @param lastHash      SHA-256 of its bytes
    /// @param known         facts that came out of a snapshot, or were read before
    record Result(RoadmapState state, long nextOffset, Map<Integer, Long> reportOffsets, long lastRecord,
                  String lastHash, long known) {
    }

    /// Where to go on from.
    ///
    /// @param offset        everything before it is in the state
    /// @param reportOffsets how far the reports were read by then
    /// @param lastRecord    offset of the last fact that is in it
    /// @param lastHash      SHA-256 of that fact's bytes
    /// @param state         to be asked for once
    private record Start(String what, long offset, Map<Integer, Long> reportOffsets, long lastRecord, String lastHash,
                         Supplier<RoadmapState> state) {
        static Start of(KafkaSnapshots.Stored snapshot) {
            var manifest = snapshot.manifest();
            return new Start("the snapshot at record " + manifest.offset(), manifest.offset(), manifest.reportOffsets(),
                    manifest.lastRecord(), manifest.lastHash(), snapshot::state);
        }

        static Start of(Result read) {
            return new Start("what was read up to record " + read.nextOffset(), read.nextOffset(),
                    read.reportOffsets(), read.lastRecord(), read.lastHash(), read::state);
        }
    }

    private final KafkaConnection connection;
    private KafkaConsumer<String, byte[]> consumer;
    private long end;
    private RoadmapState state;
    private Map<Integer, Long> reportOffsets;
    private long lastRecord;
    private byte[] lastValue;

    LogReplay(KafkaConnection connection) {
        this.connection = connection;
    }

    /// Reads it.
    ///
    /// @throws LogException.Unreadable if the log holds what this program cannot read, or lacks its beginning
    Result read() {
        return readOn(Optional.empty());
    }

    /// Reads what has come since.
    ///
    /// @param before whose state goes on to be used: nobody else may
    /// @throws LogException.Unreadable if the log holds what this program cannot read, or lacks its beginning
    Result readOn(Optional<Result> before) {
        try (var opened = new KafkaConsumer<>(connection.with(Map.of("isolation.level", "read_committed",
                "enable.auto.commit", false, "auto.offset.reset", "earliest", "max.poll.records", 5_000,
                "fetch.max.wait.ms", MOST_WAIT_MILLIS, "fetch.max.bytes", 64 << 20,
                "max.partition.fetch.bytes", 16 << 20)), new StringDeserializer(),
                new ByteArrayDeserializer())) {
            consumer = opened;
            consumer.assign(List.of(PARTITION));
            lookForEnd();
            Optional<Result> read = before.filter(result -> result.lastRecord() >= 0);
            if (read.isPresent()) {
                long facts = read.get().state().durableEvents();
                if (from(Start.of(read.get()))) {
                    return result(facts);
                }
            }
            List<KafkaSnapshots.Stored> snapshots = new KafkaSnapshots(connection).find();
            lookForEnd(); // After the snapshots were: else one taken just now would seem to be of a longer log.
            for (KafkaSnapshots.Stored snapshot : snapshots) {
                if (from(Start.of(snapshot))) {
                    return result(snapshot.manifest().facts());
                }
            }
            fromTheBeginning();
            return result(0);
        }
    }

    private void lookForEnd() {
        end = consumer.endOffsets(List.of(PARTITION)).get(PARTITION);
    }

    private Result result(long known) {
        return new Result(state, end, reportOffsets, lastRecord, lastValue == null ? ""
                : KafkaSnapshots.hash(List.of(lastValue)), known);
    }

    private void fromTheBeginning() {
        long beginning = consumer.beginningOffsets(List.of(PARTITION)).get(PARTITION);
        if (beginning > 0) {
            throw new LogException.Unreadable("the event log begins at record " + beginning + ": what was before has "
                    + "been deleted from the topic " + Topics.ROADMAP + ", and no snapshot stands for it. Nothing was "
                    + "changed. Restore a backup: ./heng restore --replace FILE", null);
        }
        state = new RoadmapState();
        reportOffsets = Map.of();
        lastRecord = -1;
        lastValue = null;
        consumer.seekToBeginning(List.of(PARTITION));
        replay();
    }

    /// Whether that is of this log and could be read.
    private boolean from(Start start) {
        if (start.offset() > end) {
            LOGGER.log(Level.WARNING, "the event log ends at record " + end + ", but there is " + start.what()
                    + ": the broker has lost the records between, as after a power cut. Going on from what there is: "
                    + "tasks whose ends were lost run again. Keep backups, or replicate the log");
            return false;
        }
        try {
            consumer.seek(PARTITION, start.lastRecord());
            ConsumerRecord<String, byte[]> last = first();
            if (last.offset() != start.lastRecord() || last.value() == null
                    || !KafkaSnapshots.hash(List.of(last.value())).equals(start.lastHash())) {
                LOGGER.log(Level.WARNING, start.what() + " is of another log; reading on without it");
                return false;
            }
            state = start.state().get();
            reportOffsets = start.reportOffsets();
            lastRecord = last.offset();
            lastValue = last.value();
        } catch (UnreadableEventException e) {
            LOGGER.log(Level.WARNING, start.what() + " cannot be used (" + e.getMessage() + "); reading on without it");
            return false;
        }
        consumer.seek(PARTITION, start.offset());
        try {
            replay();
            return true;
        } catch (AssertionError | IllegalStateException | NoSuchElementException e) {
            LOGGER.log(Level.WARNING, "the log does not go on from " + start.what() + ", which is a bug of its making; "
                    + "reading on without it", e);
            return false;
        }
    }

    private ConsumerRecord<String, byte[]> first() {
        while (true) {
            for (ConsumerRecord<String, byte[]> record : poll()) {
                return record;
            }
            if (consumer.position(PARTITION) >= end) {
                throw new UnreadableEventException("there is no record where its last fact was");
            }
        }
    }

    private void replay() {
        while (consumer.position(PARTITION) < end) {
            for (ConsumerRecord<String, byte[]> record : poll()) {
                if (record.offset() >= end) {
                    return; // The log grows while it is read; what came since belongs to the next reader.
                }
                if (record.value() != null) {
                    try {
                        state.replay(EventCodec.decode(record.value()));
                    } catch (UnreadableEventException e) {
                        throw unreadable(record.offset(), " (key " + record.key() + ", written "
                                + Instant.ofEpochMilli(record.timestamp()) + ")", e);
                    }
                    lastRecord = record.offset();
                    lastValue = record.value();
                }
                reportOffsets = ReportOffsets.of(record.headers()).orElse(reportOffsets);
            }
        }
    }

    private ConsumerRecords<String, byte[]> poll() {
        try {
            return consumer.poll(POLL);
        } catch (KafkaException e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof CorruptRecordException || String.valueOf(cause.getMessage())
                        .contains("is invalid, cause:")) {
                    throw unreadable(consumer.position(PARTITION), "", e.getCause() == null ? e
                            : (Exception) e.getCause());
                }
            }
            throw e;
        }
    }

    private LogException.Unreadable unreadable(long offset, String about, Exception cause) {
        return new LogException.Unreadable("record " + offset + " of " + PARTITION + about + " is unreadable: "
                + cause.getMessage() + ". The " + state.durableEvents() + " facts before it are whole"
                + (state.durableEvents() == 0 ? "" : ", the last one of " + state.clock()) + "; the log ends at record "
                + end + ". Nothing was changed. If another release of AlphaHENG wrote it, start that one. Otherwise "
                + "keep what is before it: './heng backup --until " + offset + " FILE', then './heng restore --replace "
                + "FILE'; or restore an older backup", cause);
    }
}
