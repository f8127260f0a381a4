package com.alphaheng.worker.kafka;

import com.alphaheng.protocol.CoordinatorMessage;
import com.alphaheng.protocol.ProtocolCodec;
import com.alphaheng.protocol.ProtocolException;
import com.alphaheng.protocol.Topics;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jboss.logging.Logger;

/// Reads this worker's one partition of [Topics#ASSIGNMENTS] from the moment it is opened.
public final class KafkaInbox implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(KafkaInbox.class);
    private static final Duration POLL = Duration.ofMillis(500);

    private final Consumer<String, byte[]> consumer;
    private final String broker;
    private final String workerId;
    private final Runnable opened;
    private final java.util.function.Consumer<CoordinatorMessage> receiver;
    private final Thread thread = Thread.ofPlatform().name("worker-inbox").unstarted(this::read);
    private volatile boolean closed;

    /// @param opened   called once, when nothing sent from then on is missed
    /// @param receiver gets what is meant for this worker
    public KafkaInbox(KafkaClients clients, String broker, String workerId, Runnable opened,
                      java.util.function.Consumer<CoordinatorMessage> receiver) {
        this.consumer = clients.consumer(workerId + "-inbox");
        this.broker = broker;
        this.workerId = workerId;
        this.opened = opened;
        this.receiver = receiver;
    }

    public void start() {
        thread.start();
    }

    @Override
    public void close() {
        closed = true;
        consumer.wakeup();
        try {
            thread.join(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void read() {
        try (consumer) {
            TopicPartition mine = new TopicPartition(Topics.ASSIGNMENTS, Topics.partitionOf(workerId));
            awaitTopics();
            consumer.assign(List.of(mine));
            consumer.seekToEnd(List.of(mine));
            // Seeking is lazy; asking for the position makes it happen before we say hello.
            while (!closed && !positioned(mine)) {
                LOG.debug("waiting for the position in the assignments");
            }
            opened.run();
            while (!closed) {
                consumer.poll(POLL).forEach(this::take);
            }
        } catch (WakeupException | InterruptException e) {
            LOG.debug("the inbox is closed");
        }
    }

    /// The coordinator creates the topics with their right shapes; a worker that came first must not.
    private void awaitTopics() {
        boolean said = false;
        while (!closed) {
            try {
                int partitions = consumer.partitionsFor(Topics.ASSIGNMENTS, Duration.ofSeconds(5)).size();
                boolean others = !consumer.partitionsFor(Topics.REPORTS, Duration.ofSeconds(5)).isEmpty()
                        && !consumer.partitionsFor(Topics.LOGS, Duration.ofSeconds(5)).isEmpty();
                if (partitions == Topics.ASSIGNMENT_PARTITIONS && others) {
                    return;
                }
                if (!said) {
                    LOG.infof("the broker at %s has no topics of a coordinator yet; waiting", broker);
                }
            } catch (WakeupException | InterruptException e) {
                throw e;
            } catch (KafkaException e) {
                if (!said) {
                    LOG.warnf("no broker answers at %s (%s); trying on. Start it with `./heng up`, or name "
                            + "another with heng.broker", broker, e.getMessage());
                }
            }
            said = true;
            pause();
        }
    }

    private boolean positioned(TopicPartition partition) {
        try {
            consumer.position(partition, Duration.ofSeconds(5));
            return true;
        } catch (WakeupException | InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            return false;
        }
    }

    private void take(ConsumerRecord<String, byte[]> record) {
        if (!workerId.equals(record.key())) {
            return;
        }
        try {
            receiver.accept(ProtocolCodec.decodeCoordinatorMessage(record.value()));
        } catch (ProtocolException e) {
            LOG.errorf("a message of the coordinator is not understood and left out: %s", e.getMessage());
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(300);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptException(e);
        }
    }
}
