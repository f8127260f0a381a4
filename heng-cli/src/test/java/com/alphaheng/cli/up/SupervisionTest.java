package com.alphaheng.cli.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alphaheng.cli.CliException;
import com.alphaheng.cli.ExitCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The data folder, and processes that are started, left behind and stopped.
@Timeout(60)
final class SupervisionTest {
    @TempDir
    private Path folder;

    @Test
    void aTakenPortNamesTheRemedy() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
             DataFolder data = DataFolder.open(folder)) {
            assertThatThrownBy(() -> Pipeline.of(data, "127.0.0.1", other.getLocalPort()))
                    .isInstanceOfSatisfying(CliException.class,
                            e -> assertThat(e.exitCode()).isEqualTo(ExitCode.UNAVAILABLE))
                    .hasMessage("port " + other.getLocalPort()
                            + " of 127.0.0.1 is taken: stop the program that uses it "
                            + "(another 'heng up'?), or choose another port with --port");
        }
    }

    @Test
    void anUnusableFolderNamesTheRemedy() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThatThrownBy(() -> DataFolder.open(file.resolve("data")))
                .hasMessageStartingWith("cannot use the data folder " + file.resolve("data"))
                .hasMessageEndingWith("make it writable, or name another one with --data");
    }

    @Test
    void whatAKilledRunLeftBehindIsStoppedByTheNext() throws Exception {
        ChildProcess child = new ChildProcess("worker", List.of("sleep", "600"), folder, folder.resolve("logs/w.log"),
                () -> true);
        DataFolder killed = DataFolder.open(folder);
        child.start();
        killed.remember(child);
        killed.close();
        try (DataFolder next = DataFolder.open(folder)) {
            assertThat(child.isAlive()).isFalse();
            assertThat(next.brokerPort()).isEmpty();
        }
    }

    @Test
    void freshForgetsOnlyWhatThePipelineKept() throws IOException {
        Files.createDirectories(folder.resolve("broker/kafka"));
        Files.writeString(folder.resolve("broker/kafka/log"), "x");
        Files.writeString(folder.resolve("notes.txt"), "mine");
        try (DataFolder data = DataFolder.open(folder)) {
            data.rememberBrokerPort(1234);
            data.clear();
            assertThat(data.brokerPort()).isEmpty();
        }
        assertThat(folder.resolve("broker")).doesNotExist();
        assertThat(folder.resolve("notes.txt")).exists();
    }

    @Test
    void aChildIgnoresTheTerminalsInterrupt() throws Exception {
        ChildProcess child = new ChildProcess("sleeper", List.of("sleep", "600"), folder, folder.resolve("s.log"),
                () -> true);
        child.start();
        assertThat(new ProcessBuilder("kill", "-INT", Long.toString(child.handle().pid())).start().waitFor()).isZero();
        Thread.sleep(300);
        assertThat(child.isAlive()).isTrue();
        child.stop();
        assertThat(child.isAlive()).isFalse();
    }
}
