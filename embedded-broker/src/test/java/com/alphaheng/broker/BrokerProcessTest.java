package com.alphaheng.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The broker as a process of its own: stopped by SIGTERM, killed by SIGKILL.
@Timeout(300)
@Tag("slow")
final class BrokerProcessTest {
    @TempDir
    private Path folder;
    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void killWhatIsLeft() {
        started.forEach(Process::destroyForcibly);
    }

    @Test
    void recoversWhatWasCommittedAfterKillMinusNine() throws Exception {
        Process first = startBroker();
        String bootstrap = awaitBootstrap(first);
        TestClient.createTopic(bootstrap, "kept", 2);
        TestClient.commit(bootstrap, "kept", "a", "b", "c");
        first.destroyForcibly().waitFor();

        Process second = startBroker();
        bootstrap = awaitBootstrap(second);
        TestClient.commit(bootstrap, "kept", "d");
        assertThat(TestClient.readCommitted(bootstrap, "kept")).containsExactly("a", "b", "c", "d");
    }

    @Test
    void doesNotWaitForTheSessionOfAKilledBroker() throws Exception {
        Process first = startBroker();
        awaitBootstrap(first);
        first.destroyForcibly().waitFor();

        // Kafka gives up after a minute of being refused.
        BrokerSettings patient = BrokerSettings.local(folder).withKafka(Map.of("broker.session.timeout.ms", "900000"));
        try (EmbeddedBroker next = EmbeddedBroker.start(patient)) {
            TestClient.createTopic(next.bootstrapServers(), "new", 1);
            TestClient.commit(next.bootstrapServers(), "new", "a");
            assertThat(TestClient.readCommitted(next.bootstrapServers(), "new")).containsExactly("a");
        }
    }

    @Test
    void stopsOnSigtermAndFreesTheFolder() throws Exception {
        Process first = startBroker();
        awaitBootstrap(first);
        first.destroy();
        assertThat(first.waitFor(20, TimeUnit.SECONDS)).isTrue();

        try (EmbeddedBroker next = EmbeddedBroker.start(BrokerSettings.local(folder))) {
            assertThat(next.bootstrapServers()).isNotEmpty();
        }
    }

    @Test
    void saysWhatIsWrongAndExitsWithOne() throws Exception {
        try (EmbeddedBroker owner = EmbeddedBroker.start(BrokerSettings.local(folder))) {
            Process second = startBroker();
            assertThat(second.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(second.exitValue()).isEqualTo(1);
            try (BufferedReader error = second.errorReader()) {
                assertThat(error.lines().toList()).last().asString()
                        .startsWith("broker: another broker (process ").contains(owner.bootstrapServers());
            }
        }
    }

    private Process startBroker() throws IOException {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m", "-cp", System.getProperty("java.class.path"), BrokerMain.class.getName(),
                folder.toString()).start();
        started.add(process);
        return process;
    }

    private static String awaitBootstrap(Process process) throws IOException {
        BufferedReader output = process.inputReader();
        String line = output.readLine();
        assertThat(line).as("first line of the broker's output").startsWith("bootstrap ");
        return line.substring("bootstrap ".length());
    }
}
