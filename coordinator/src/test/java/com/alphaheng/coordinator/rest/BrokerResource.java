package com.alphaheng.coordinator.rest;

import com.alphaheng.broker.fixture.BrokerFixture;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.Map;

/// Gives the coordinator under test a Kafka of its own.
public class BrokerResource implements QuarkusTestResourceLifecycleManager {
    private BrokerFixture broker;

    @Override
    public Map<String, String> start() {
        broker = BrokerFixture.start();
        return Map.of("heng.kafka", broker.bootstrapServers(), "heng.rate.per-second", "0", "heng.webhooks.first-wait",
                "PT0.05S", "heng.artifacts.folder", "target/artifacts-" + System.nanoTime(), "heng.secret-key-file",
                "target/secrets-" + System.nanoTime() + ".key");
    }

    @Override
    public void stop() {
        broker.close();
    }
}
