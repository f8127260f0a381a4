package com.alphaheng.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alphaheng.broker.BrokerException.Reason;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The embedded broker's own promises: restarts, and errors that say what to do. [BrokerFixtureTest] covers Kafka's.
final class EmbeddedBrokerTest {
    @TempDir
    private Path folder;

    @Test
    void keepsItsDataAndItsClusterOverARestartOnAnotherPort() throws Exception {
        String clusterId;
        try (EmbeddedBroker broker = EmbeddedBroker.start(BrokerSettings.local(folder))) {
            clusterId = broker.clusterId();
            TestClient.createTopic(broker.bootstrapServers(), "kept", 3);
            TestClient.commit(broker.bootstrapServers(), "kept", "a", "b");
        }
        try (EmbeddedBroker broker = EmbeddedBroker.start(BrokerSettings.local(folder))) {
            assertThat(broker.clusterId()).isEqualTo(clusterId);
            assertThat(TestClient.readCommitted(broker.bootstrapServers(), "kept")).containsExactly("a", "b");
        }
    }

    @Test
    void saysWhoHoldsTheFolder() {
        try (EmbeddedBroker broker = EmbeddedBroker.start(BrokerSettings.local(folder))) {
            assertStartFails(BrokerSettings.local(folder), Reason.FOLDER_LOCKED).hasMessage(
                    "another broker (process " + ProcessHandle.current().pid() + " at " + broker.bootstrapServers()
                            + ") runs on the folder " + folder + ": stop it, or choose another folder");
        }
    }

    @Test
    void refusesATakenPortBeforeItTouchesTheFolder() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName(BrokerSettings.LOOPBACK))) {
            assertStartFails(BrokerSettings.local(folder).withPort(other.getLocalPort()), Reason.PORT_TAKEN)
                    .hasMessageStartingWith("cannot listen on 127.0.0.1:" + other.getLocalPort())
                    .hasMessageEndingWith("stop the program that uses the port, or choose another one");
        }
        assertThat(folder.resolve("kafka/meta.properties")).doesNotExist();
    }

    @Test
    void refusesAFolderItCannotCreate() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "not a folder");
        assertStartFails(BrokerSettings.local(file.resolve("data")), Reason.FOLDER_UNUSABLE)
                .hasMessageStartingWith("cannot create the broker's folder " + file.resolve("data"))
                .hasMessageEndingWith("choose a folder you may write to");
    }

    @Test
    void refusesADiskWithTooLittleSpace() {
        assertStartFails(BrokerSettings.local(folder).withMinimumFreeBytes(Long.MAX_VALUE), Reason.DISK_FULL)
                .hasMessageStartingWith("the disk of " + folder + " has ")
                .hasMessageEndingWith("free some space, or choose a folder on another disk");
    }

    @Test
    @Tag("slow")
    void refusesTheFolderOfAnotherCluster() {
        String clusterId;
        try (EmbeddedBroker broker = EmbeddedBroker.start(BrokerSettings.local(folder))) {
            clusterId = broker.clusterId();
        }
        assertStartFails(BrokerSettings.local(folder).withClusterId("other"), Reason.CLUSTER_MISMATCH).hasMessage(
                "the folder " + folder + " belongs to Kafka cluster " + clusterId
                        + ", not to other: choose the folder of that cluster, or an empty one");
    }

    @Test
    void refusesTheFolderOfAnotherKafkaNode() throws IOException {
        Files.createDirectories(folder.resolve("kafka"));
        Files.writeString(folder.resolve("kafka/meta.properties"),
                "version=1\nnode.id=7\ncluster.id=x\ndirectory.id=RKO31gg3TgGvYTCiIyPAzg\n");
        assertStartFails(BrokerSettings.local(folder), Reason.CLUSTER_MISMATCH).hasMessage("the folder " + folder
                + " belongs to another Kafka node (node.id 7): choose another folder");
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> assertStartFails(BrokerSettings settings,
                                                                                      Reason reason) {
        return assertThatThrownBy(() -> EmbeddedBroker.start(settings).close())
                .isInstanceOfSatisfying(BrokerException.class, e -> assertThat(e.reason()).isEqualTo(reason));
    }
}
