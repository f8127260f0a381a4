package com.alphaheng.worker.kafka;

import com.alphaheng.protocol.Topics;
import com.alphaheng.worker.job.EnvironmentFailure;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/// The Kafka clients of a worker, set so that a broker that comes back is found again at once.
public final class KafkaClients {
    private final String broker;
    private final Map<String, String> extra;

    /// @param broker `host:port`, several separated by commas
    /// @param extra  further client settings (security), as Kafka names them
    public KafkaClients(String broker, Map<String, String> extra) {
        this.broker = broker;
        this.extra = Map.copyOf(extra);
    }

    /// Whether the broker has the topics that a coordinator makes.
    ///
    /// @throws EnvironmentFailure if no broker answers
    public boolean hasTopics(Duration patience) throws EnvironmentFailure {
        try (Consumer<String, byte[]> consumer = consumer("doctor")) {
            List<PartitionInfo> partitions = consumer.partitionsFor(Topics.ASSIGNMENTS, patience);
            return partitions != null && partitions.size() == Topics.ASSIGNMENT_PARTITIONS;
        } catch (ConfigException e) {
            throw unusable(e);
        } catch (KafkaException e) {
            if (e.getCause() instanceof ConfigException) {
                throw unusable(e);
            }
            throw new EnvironmentFailure(EnvironmentFailure.Code.SOURCE_UNREACHABLE, "no broker answers at " + broker
                    + " (" + e.getMessage() + ")", "start one with `./heng up`, or name another with heng.broker", e);
        }
    }

    /// For an address, or further settings, that Kafka's clients do not take.
    public EnvironmentFailure unusable(KafkaException cause) {
        String why = cause.getCause() == null ? cause.getMessage() : cause.getCause().getMessage();
        return new EnvironmentFailure(EnvironmentFailure.Code.BAD_CONFIGURATION, "cannot use the broker '" + broker
                + "' (" + why + ")", "write it like host:7692, with a name or address that this machine knows", cause);
    }

    /// @param delivery how long a record is tried before its future fails
    Producer<String, byte[]> producer(String name, Duration delivery) {
        Map<String, Object> settings = common(name);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) delivery.toMillis());
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 5_000);
        settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 16L << 20);
        settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "gzip");
        return new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer());
    }

    Consumer<String, byte[]> consumer(String name) {
        Map<String, Object> settings = common(name);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        return new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer());
    }

    private Map<String, Object> common(String name) {
        Map<String, Object> settings = new HashMap<>(extra);
        settings.put("bootstrap.servers", broker);
        settings.put("client.id", name);
        settings.put("reconnect.backoff.ms", 100);
        settings.put("reconnect.backoff.max.ms", 1_000);
        settings.put("retry.backoff.ms", 100);
        return settings;
    }
}
