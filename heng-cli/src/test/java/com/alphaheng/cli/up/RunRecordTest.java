package com.alphaheng.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a run makes is gone after it, however it ends.
@Timeout(120)
final class RunRecordTest {
    @TempDir
    private Path folder;
    private final List<String> said = new ArrayList<>();

    @Test
    void whatAKilledRunHadWrittenDownIsRemovedByTheNext() throws Exception {
        Process left = new ProcessBuilder("sleep", "600").start();
        Process stranger = new ProcessBuilder("sleep", "600").start();
        Path temporary = Files.createDirectories(folder.resolve("temporary/deep"));
        Path runs = Files.createDirectories(folder.resolve("runs"));
        Files.writeString(runs.resolve("faults-1-1.txt"), """
                folder %s
                bridge hengb-none
                namespace heng-none
                process %s
                process %d %s
                proc""".formatted(temporary.getParent(), Leftover.of(left.toHandle()).name(), stranger.pid(),
                Instant.EPOCH));
        RunRecord.begin(runs, "faults", said::add).close();
        assertThat(said).containsExactly(
                "cleaned up what a killed run had left (faults-1-1.txt): a process, a folder");
        assertThat(left.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(stranger.isAlive()).as("a stranger that got the number").isTrue();
        stranger.destroyForcibly();
        assertThat(temporary.getParent()).doesNotExist();
        assertThat(Files.list(runs)).isEmpty();
    }

    @Test
    void aRunThatLivesIsLeftAlone() throws Exception {
        Process child = new ProcessBuilder("sleep", "600").start();
        Path runs = folder.resolve("runs");
        try (RunRecord lives = RunRecord.begin(runs, "simulate", said::add)) {
            lives.process(child.toHandle());
            RunRecord.begin(runs, "faults", said::add).close();
            assertThat(child.isAlive()).isTrue();
            assertThat(Files.list(runs)).hasSize(1);
        }
        assertThat(child.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(said).as("nothing went wrong, so nothing is to be said").isEmpty();
        assertThat(Files.list(runs)).isEmpty();
    }

    /// The real campaign, ended as soon as its first process is there.
    @Test
    @Tag("slow")
    void aFaultCampaignEndedBySigtermRemovesAllItMade() throws Exception {
        Process faults = startFaults();
        Path record = awaitProcess(faults);
        List<Leftover> made = made(record);
        faults.destroy();
        assertThat(faults.waitFor()).as(output()).isEqualTo(143);
        assertThat(output()).contains("stopped; cleaned up: ");
        assertThat(made).hasSizeGreaterThan(2).noneMatch(Leftover::isThere);
        assertThat(record).doesNotExist();
    }

    @Test
    @Tag("slow")
    void whatAKilledFaultCampaignLeftTheNextRunRemoves() throws Exception {
        Process faults = startFaults();
        Path record = awaitProcess(faults);
        faults.destroyForcibly().waitFor();
        List<Leftover> made = made(record);
        assertThat(made).filteredOn(Leftover::isThere).hasSizeGreaterThan(1);
        RunRecord.begin(record.getParent(), "faults", said::add).close();
        assertThat(made).noneMatch(Leftover::isThere);
        assertThat(said).singleElement().asString().startsWith("cleaned up what a killed run had left (faults-");
    }

    private static List<Leftover> made(Path record) throws IOException {
        return Files.readAllLines(record).stream().flatMap(line -> Leftover.parse(line).stream()).toList();
    }

    private Process startFaults() throws IOException {
        return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin/java").toString(), "-Xmx128m", "-cp",
                System.getProperty("java.class.path"), "-Dheng.root=" + folder, "-Djava.io.tmpdir=" + folder,
                "com.alphaheng.cli.Heng", "faults", "--jobs=20", "--fleets=1", "--workers=2", "--agents=0",
                "--recovery-facts=0").redirectErrorStream(true).redirectOutput(folder.resolve("output").toFile())
                .start();
    }

    private String output() throws IOException {
        return Files.readString(folder.resolve("output"));
    }

    private Path awaitProcess(Process faults) throws Exception {
        Path runs = folder.resolve(".heng/runs");
        while (faults.isAlive()) {
            if (Files.isDirectory(runs)) {
                try (var files = Files.list(runs)) {
                    List<Path> records = files.toList();
                    if (!records.isEmpty() && Files.readString(records.getFirst()).contains("process ")) {
                        return records.getFirst();
                    }
                }
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        throw new AssertionError("it ended by itself: " + output());
    }
}
