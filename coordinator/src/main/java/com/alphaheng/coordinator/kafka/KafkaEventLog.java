package com.alphaheng.coordinator.kafka;

import com.alphaheng.coordinator.roadmap.EventCodec;
import com.alphaheng.coordinator.roadmap.RoadmapEvent;
import com.alphaheng.coordinator.runtime.EventLog;
import com.alphaheng.coordinator.runtime.LogException;
import com.alphaheng.protocol.CoordinatorMessage;
import com.alphaheng.protocol.ProtocolCodec;
import com.alphaheng.protocol.Topics;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/// The event log in one partition of [Topics#ROADMAP].
///
/// Facts and the messages that follow from them go into one transaction, so that a worker never hears of an assignment
/// that is not in the log. How far the reports were read rides along in a header of the transaction's last fact.
public final class KafkaEventLog implements EventLog {
    private static final System.Logger LOGGER = System.getLogger(KafkaEventLog.class.getName());
    /// One id for all coordinators: whoever initialises it last shuts the others out.
    private static final String TRANSACTIONAL_ID = "heng-roadmap";
    /// Key of a record without a fact, which only says how far the reports were read.
    private static final String CHECKPOINT = "checkpoint";

    private final KafkaConnection connection;
    private Optional<KafkaProducer<String, byte[]>> producer = Optional.empty();
    /// What was read while another coordinator wrote.
    private Optional<LogReplay.Result> followed = Optional.empty();

    public KafkaEventLog(KafkaConnection connection) {
        this.connection = connection;
    }

    @Override
    public Recovered open() {
        close();
        KafkaProducer<String, byte[]> opened = new KafkaProducer<>(connection.with(Map.of(
                "transactional.id", TRANSACTIONAL_ID, "transaction.timeout.ms", 10_000, "acks", "all",
                "max.block.ms", 15_000, "delivery.timeout.ms", 9_000, "request.timeout.ms", 4_000,
                "max.request.size", 16 << 20)),
                new StringSerializer(), new ByteArraySerializer());
        producer = Optional.of(opened);
        try {
            opened.initTransactions();
            return recover();
        } catch (KafkaException e) {
            close();
            throw new LogException("the event log cannot be opened at " + connection.bootstrapServers() + ": "
                    + e.getMessage(), e);
        }
    }

    private Recovered recover() {
        long start = System.nanoTime();
        LogReplay.Result replayed = readOn();
        LOGGER.log(Level.INFO, "read the event log in " + Duration.ofNanos(System.nanoTime() - start).toMillis()
                + " ms: " + replayed.state().durableEvents() + " facts, " + replayed.known()
                + " of them known before or from a snapshot");
        return new Recovered(replayed.state(), replayed.nextOffset(), replayed.reportOffsets());
    }

    @Override
    public void follow() {
        try {
            followed = Optional.of(readOn());
        } catch (KafkaException | LogException e) {
            LOGGER.log(Level.DEBUG, "the log cannot be followed", e);
        }
    }

    /// Whoever gets the state goes on to change it, so it is given away once.
    private LogReplay.Result readOn() {
        Optional<LogReplay.Result> before = followed;
        followed = Optional.empty();
        return new LogReplay(connection).readOn(before);
    }

    @Override
    public long append(List<RoadmapEvent.Durable> events, List<CoordinatorMessage> messages,
                       Map<Integer, Long> reportOffsets) {
        KafkaProducer<String, byte[]> open = producer.orElseThrow(() ->
                new LogException.Uncertain("the event log is not open", null));
        try {
            open.beginTransaction();
            List<ProducerRecord<String, byte[]>> records = new ArrayList<>();
            for (RoadmapEvent.Durable event : events) {
                records.add(new ProducerRecord<>(Topics.ROADMAP, 0, key(event), EventCodec.encode(event)));
            }
            if (records.isEmpty()) {
                records.add(new ProducerRecord<>(Topics.ROADMAP, 0, CHECKPOINT, null));
            }
            records.getLast().headers().add(ReportOffsets.HEADER, ReportOffsets.encode(reportOffsets));
            Future<RecordMetadata> last = null;
            for (ProducerRecord<String, byte[]> record : records) {
                last = open.send(record);
            }
            for (CoordinatorMessage message : messages) {
                open.send(new ProducerRecord<>(Topics.ASSIGNMENTS, Topics.partitionOf(message.workerId()),
                        message.workerId(), ProtocolCodec.encode(message)));
            }
            open.commitTransaction();
            return last.get().offset() + 1;
        } catch (ProducerFencedException | InvalidProducerEpochException e) {
            throw fenced(e);
        } catch (KafkaException | IllegalStateException | ExecutionException e) {
            if (e.getCause() instanceof ProducerFencedException
                    || e.getCause() instanceof InvalidProducerEpochException) {
                throw fenced(e);
            }
            throw new LogException.Uncertain("the event log did not confirm a write: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LogException.Uncertain("interrupted while writing the event log", e);
        }
    }

    private static LogException.Fenced fenced(Exception cause) {
        return new LogException.Fenced("another coordinator has taken over the event log; this one stands by", cause);
    }

    private static String key(RoadmapEvent.Durable event) {
        return switch (event) {
            case RoadmapEvent.OfCampaign ofCampaign -> ofCampaign.campaign();
            case RoadmapEvent.OfAttempt ofAttempt -> ofAttempt.attempt().taskKey();
            case RoadmapEvent.WorkerJoined joined -> joined.worker();
            case RoadmapEvent.WorkerForgotten forgotten -> forgotten.worker();
            case RoadmapEvent.OfAdministration ofAdministration -> ofAdministration.actor();
            case RoadmapEvent.WorkerLost lost -> lost.worker();
            case RoadmapEvent.WorkerLeft left -> left.worker();
            case RoadmapEvent.CoordinatorTookOver tookOver -> tookOver.instance();
        };
    }

    @Override
    public void close() {
        producer.ifPresent(open -> open.close(Duration.ofSeconds(3)));
        producer = Optional.empty();
    }
}
