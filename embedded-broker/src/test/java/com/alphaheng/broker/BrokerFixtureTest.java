package com.alphaheng.broker;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.broker.fixture.BrokerFixture;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What the other modules rely on, against whichever broker `-Dheng.test.broker` names.
@Timeout(60)
final class BrokerFixtureTest {
    private static BrokerFixture broker;

    @BeforeAll
    static void start() {
        broker = BrokerFixture.start();
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @Test
    void transactionsAreAllOrNothing() throws Exception {
        TestClient.createTopic(broker.bootstrapServers(), "transactions", 1);
        TestClient.commit(broker.bootstrapServers(), "transactions", "first");
        try (KafkaProducer<String, String> producer = TestClient.transactionalProducer(broker.bootstrapServers())) {
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("transactions", "key", "aborted"));
            producer.flush();
            producer.abortTransaction();
        }
        TestClient.commit(broker.bootstrapServers(), "transactions", "second", "third");
        assertThat(TestClient.readCommitted(broker.bootstrapServers(), "transactions"))
                .containsExactly("first", "second", "third");
    }

    @Test
    void groupsRememberTheirOffsets() throws Exception {
        TestClient.createTopic(broker.bootstrapServers(), "grouped", 1);
        TestClient.commit(broker.bootstrapServers(), "grouped", "one");
        assertThat(readAsGroup("grouped")).isEqualTo("one");
        TestClient.commit(broker.bootstrapServers(), "grouped", "two");
        assertThat(readAsGroup("grouped")).isEqualTo("two");
    }

    private static String readAsGroup(String topic) {
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers(), "group.id", "readers", "max.poll.records", "1",
                        "auto.offset.reset", "earliest", "enable.auto.commit", "false",
                        "isolation.level", "read_committed"),
                new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(topic));
            while (true) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(100))) {
                    consumer.commitSync();
                    return record.value();
                }
            }
        }
    }
}
