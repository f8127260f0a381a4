package com.alphaheng.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// What a worker is told of credentials that it has or has not.
class WorkerOptionsTest {
    @TempDir
    private Path home;
    private final String before = System.getProperty("user.home");

    @BeforeEach
    void enrol() throws Exception {
        System.setProperty("user.home", home.toString());
        Files.createDirectories(home.resolve(".alphaheng/credentials"));
        Files.writeString(home.resolve(".alphaheng/credentials/mini-7.properties"), "kafka=host:1\ntoken=secret\n");
    }

    @AfterEach
    void restore() {
        System.setProperty("user.home", before);
    }

    private static WorkerOptions options(String... arguments) {
        return CommandLine.populateCommand(new WorkerOptions(), arguments);
    }

    @Test
    void aBrokerThatIsNamedGoesBeforeCredentialsAndTheUserIsTold() {
        WorkerOptions named = options("--broker", "other:9", "--id", "mini-7");
        assertThat(named.credentials()).isEmpty();
        assertThat(named.warning().orElseThrow()).contains("worker mini-7 has enrolled", "leave --broker out");
        assertThat(options("--id", "mini-7").warning()).isEmpty();
        assertThat(options("--id", "mini-7").credentials()).isPresent();
        assertThat(options("--broker", "other:9", "--id", "mini-8").warning()).isEmpty();
    }
}
