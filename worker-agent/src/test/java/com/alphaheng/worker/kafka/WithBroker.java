package com.alphaheng.worker.kafka;

import com.alphaheng.broker.BrokerSettings;
import com.alphaheng.broker.EmbeddedBroker;
import com.alphaheng.worker.git.TestRepository;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// What a worker in a JVM of its own is tested with: a real broker, a scripted coordinator, a source repository. All of
/// it, and the worker, is gone after the test.
abstract class WithBroker {
    @TempDir
    Path temporary;
    EmbeddedBroker broker;
    TestRepository source;
    ScriptedCoordinator coordinator;
    /// For the test to start.
    Process worker;

    @BeforeEach
    void startBroker() throws Exception {
        broker = EmbeddedBroker.start(BrokerSettings.local(temporary.resolve("broker")));
        ScriptedCoordinator.makeTopics(broker.bootstrapServers());
        coordinator = new ScriptedCoordinator(broker.bootstrapServers());
        source = new TestRepository(temporary.resolve("source"));
    }

    @AfterEach
    void stopAll() throws Exception {
        worker.destroyForcibly().waitFor();
        coordinator.close();
        broker.close();
    }
}
