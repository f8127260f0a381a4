package com.alphaheng.worker.kafka;

import com.alphaheng.protocol.AttemptId;
import com.alphaheng.protocol.LogChunk;
import com.alphaheng.protocol.ProtocolCodec;
import com.alphaheng.protocol.Topics;
import com.alphaheng.worker.job.AttemptOutput;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jboss.logging.Logger;

/// Sends the output of attempts to [Topics#LOGS] in chunks of whole lines, several times a second, up to a cap per
/// attempt. Output is worth less than a report: what the broker does not take in time is lost, and the gap in the
/// sequence shows it.
public final class KafkaAttemptOutput implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(KafkaAttemptOutput.class);
    private static final Duration DELIVERY = Duration.ofMinutes(5);
    private static final int CHUNK_CHARACTERS = 16 * 1024;
    private static final long FLUSH_MILLIS = 250;

    private final Producer<String, byte[]> producer;
    private final InstantSource clock;
    private final long mostCharacters;
    private final Set<Stream> open = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService flusher = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("worker-output").daemon().factory());

    /// @param mostCharacters of one attempt; lines of the worker itself still pass beyond it
    public KafkaAttemptOutput(KafkaClients clients, String workerId, InstantSource clock, long mostCharacters) {
        this.producer = clients.producer(workerId + "-output", DELIVERY);
        this.clock = clock;
        this.mostCharacters = mostCharacters;
        flusher.scheduleWithFixedDelay(() -> open.forEach(Stream::flush), FLUSH_MILLIS, FLUSH_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    public AttemptOutput open(AttemptId attempt) {
        Stream stream = new Stream(attempt);
        open.add(stream);
        return stream;
    }

    @Override
    public void close() {
        flusher.shutdown();
        open.forEach(Stream::flush);
        producer.close(Duration.ofSeconds(2));
    }

    private final class Stream implements AttemptOutput {
        private final AttemptId attempt;
        private final StringBuilder pending = new StringBuilder();
        private String source = "worker";
        private long sequence;
        private long characters;
        private boolean cut;

        Stream(AttemptId attempt) {
            this.attempt = attempt;
        }

        @Override
        public synchronized void line(String from, String text) {
            boolean worker = from.equals("worker");
            if (!worker && characters + text.length() > mostCharacters) {
                if (!cut) {
                    cut = true;
                    append("worker", "[output cut here: more than " + mostCharacters + " characters]");
                }
                return;
            }
            characters += text.length() + 1;
            append(from, text);
        }

        private void append(String from, String text) {
            if (!from.equals(source) || pending.length() + text.length() > CHUNK_CHARACTERS) {
                flush();
                source = from;
            }
            pending.append(text).append('\n');
        }

        synchronized void flush() {
            if (pending.isEmpty()) {
                return;
            }
            LogChunk chunk = new LogChunk(attempt, ++sequence, source, clock.instant(), pending.toString());
            pending.setLength(0);
            try {
                producer.send(new ProducerRecord<>(Topics.LOGS, attempt.taskKey(), ProtocolCodec.encode(chunk)));
            } catch (KafkaException | IllegalStateException e) {
                // The producer is in an illegal state once it is closed: this worker stops.
                LOG.debugf("output of %s is lost: %s", attempt, e.getMessage());
            }
        }

        @Override
        public void close() {
            open.remove(this);
            flush();
        }
    }
}
