package com.alphaheng.worker.kafka;

import com.alphaheng.protocol.AttemptId;
import com.alphaheng.protocol.AttemptResult;
import com.alphaheng.protocol.ProtocolCodec;
import com.alphaheng.protocol.Topics;
import com.alphaheng.protocol.WorkerMessage;
import com.alphaheng.protocol.WorkerProfile;
import com.alphaheng.protocol.WorkerProof;
import com.alphaheng.worker.job.CoordinatorLink;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jboss.logging.Logger;

/// Speaks to the coordinator over [Topics#REPORTS], one message after the other from one thread, so that their order is
/// the order in which they were said and a message that failed is not overtaken by its successors' sequence numbers:
/// the number is given when a message is sent, also when it is sent again.
public final class KafkaCoordinatorLink implements CoordinatorLink, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(KafkaCoordinatorLink.class);
    private static final Duration DELIVERY = Duration.ofSeconds(15);

    private final Producer<String, byte[]> producer;
    private final ReportSpool spool;
    private final String workerId;
    private final String incarnation;
    private final Optional<String> proofKey;
    private final Supplier<WorkerProfile> profile;
    private final ExecutorService sender = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("worker-link").daemon().factory());
    /// Touched only by the sender's thread.
    private final Map<AttemptId, Undelivered> undelivered = new LinkedHashMap<>();
    /// Written only by the sender's thread.
    private volatile long sequence;
    private volatile boolean beatWaiting;
    private volatile boolean closed;
    private boolean brokerAway;

    private record Undelivered(WorkerMessage.AttemptFinished report, Runnable delivered) {
    }

    /// @param profile     asked at each hello
    /// @param token       the worker's own, with which its reports are signed; absent if it has not enrolled
    /// @param spoolFolder holds reports until they are delivered
    /// @throws IOException if that folder cannot be made
    public KafkaCoordinatorLink(KafkaClients clients, String workerId, String incarnation,
                                Supplier<WorkerProfile> profile, Optional<String> token, Path spoolFolder)
            throws IOException {
        this.producer = clients.producer(workerId + "-reports", DELIVERY);
        this.spool = new ReportSpool(spoolFolder);
        this.workerId = workerId;
        this.incarnation = incarnation;
        this.profile = profile;
        this.proofKey = token.map(WorkerProof::keyOf);
    }

    /// Queues the reports that earlier incarnations could not deliver. They go out before our hello, because at the
    /// hello the coordinator gives up what the earlier incarnation ran.
    public void resumeSpooled() {
        submit(() -> {
            spool.all().forEach(report -> undelivered.put(report.attempt(), new Undelivered(report, () -> { })));
            sendUndelivered();
        });
    }

    @Override
    public void hello(List<AttemptId> running) {
        submit(() -> send(number -> new WorkerMessage.Hello(workerId, incarnation, number, profile.get(), running)));
    }

    @Override
    public void heartbeat(List<AttemptId> running, Runnable delivered) {
        if (beatWaiting) {
            return;
        }
        beatWaiting = true;
        submit(() -> {
            beatWaiting = false;
            sendUndelivered();
            if (send(number -> new WorkerMessage.Heartbeat(workerId, incarnation, number, running))) {
                delivered.run();
            }
        });
    }

    @Override
    public void progress(AttemptId attempt, String stage, Instant at) {
        submit(() -> send(number ->
                new WorkerMessage.AttemptProgress(workerId, incarnation, number, attempt, stage, at)));
    }

    /// On the disk when this returns: the sender may be waiting for a broker that is away, for longer than we live.
    @Override
    public void report(AttemptId attempt, AttemptResult result, Runnable delivered) {
        var report = new WorkerMessage.AttemptFinished(workerId, incarnation, sequence, attempt, result);
        save(report);
        submit(() -> {
            undelivered.put(attempt, new Undelivered(report, delivered));
            sendUndelivered();
        });
    }

    /// A disk that takes nothing must not keep a report from the coordinator: it is sent from memory then.
    private void save(WorkerMessage.AttemptFinished report) {
        try {
            spool.save(report);
        } catch (IOException e) {
            LOG.warnf("the report of %s cannot be kept on the disk (%s): it is lost if this worker ends before the "
                    + "broker has it", report.attempt(), e);
        }
    }

    @Override
    public void forget(AttemptId attempt) {
        submit(() -> {
            undelivered.remove(attempt);
            spool.remove(attempt);
        });
    }

    @Override
    public void goodbye(String reason) {
        submit(() -> {
            sendUndelivered();
            send(number -> new WorkerMessage.Goodbye(workerId, incarnation, number, reason));
        });
        close();
    }

    /// Waits for what was said so far.
    @Override
    public void close() {
        closed = true;
        sender.shutdown();
        try {
            if (!sender.awaitTermination(2 * DELIVERY.toSeconds(), TimeUnit.SECONDS)) {
                sender.shutdownNow();
            }
        } catch (InterruptedException e) {
            sender.shutdownNow();
            Thread.currentThread().interrupt();
        }
        producer.close(Duration.ofSeconds(1));
    }

    private void sendUndelivered() {
        for (Undelivered entry : List.copyOf(undelivered.values())) {
            WorkerMessage.AttemptFinished report = entry.report;
            boolean ours = report.incarnation().equals(incarnation);
            boolean sent = send(number -> new WorkerMessage.AttemptFinished(workerId, report.incarnation(),
                    ours ? number : report.sequence() + 1, report.attempt(), report.result()));
            if (!sent) {
                return;
            }
            undelivered.remove(report.attempt());
            spool.remove(report.attempt());
            entry.delivered.run();
        }
    }

    /// Whether the message is durable on the broker. Waits for that.
    private boolean send(LongFunction<WorkerMessage> message) {
        sequence++;
        byte[] bytes = ProtocolCodec.encode(message.apply(sequence));
        ProducerRecord<String, byte[]> record = new ProducerRecord<>(Topics.REPORTS, workerId, bytes);
        proofKey.ifPresent(key -> record.headers().add(WorkerProof.HEADER, WorkerProof.of(key, bytes)));
        try {
            producer.send(record).get(2 * DELIVERY.toMillis(), TimeUnit.MILLISECONDS);
            if (brokerAway) {
                LOG.info("the broker answers again");
                brokerAway = false;
            }
            return true;
        } catch (ExecutionException | KafkaException | TimeoutException e) {
            if (!brokerAway) {
                LOG.warnf("the broker does not take our messages (%s); reports are kept until it does", e.getMessage());
                brokerAway = true;
            }
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void submit(Runnable work) {
        try {
            sender.execute(() -> {
                try {
                    work.run();
                } catch (RuntimeException e) {
                    LOG.error("a message to the coordinator could not be prepared", e);
                }
            });
        } catch (RejectedExecutionException e) {
            if (!closed) {
                throw e;
            }
        }
    }
}
