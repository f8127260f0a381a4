package com.alphaheng.cli.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.alphaheng.broker.fixture.BrokerFixture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A small fault campaign. The large one is `./heng faults`; its last report is `docs/reports/fault-campaign.md`.
/// On containers (`-Dheng.test.broker=testcontainers`) the broker itself is left alone.
@Tag("slow")
@Timeout(value = 400, unit = TimeUnit.SECONDS)
class FaultCampaignTest {
    private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();

    @Test
    void nothingIsLostAndNothingCountsTwice() throws Exception {
        assumeTrue(Files.exists(REPOSITORY.resolve("coordinator/target/quarkus-app/quarkus-run.jar"))
                        && Files.exists(REPOSITORY.resolve("worker-agent/target/quarkus-app/quarkus-run.jar")),
                "coordinator and worker are not packaged: run './heng test' or 'mvnw verify' over all modules");
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xmx256m", "-cp", System.getProperty("java.class.path"), "-Dheng.root=" + REPOSITORY,
                "-Dheng.build=" + REPOSITORY, "com.alphaheng.cli.Heng", "faults", "--jobs=200", "--minutes=0.3",
                "--seed=5", "--fleets=2", "--workers=10", "--agents=1", "--between=4", "--recovery-facts=0"));
        boolean own = System.getProperty(BrokerFixture.PROPERTY, "embedded").equals("embedded");
        try (BrokerFixture broker = own ? null : BrokerFixture.start()) {
            if (broker != null) {
                command.add("--kafka=" + broker.bootstrapServers());
            }
            run(command);
        }
    }

    private static void run(List<String> command) throws Exception {
        Process faults = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(faults.getInputStream().readAllBytes());
        assertThat(faults.waitFor()).as(output).isZero();
        assertThat(output).contains("| jobs | 200 |").contains("| lost (not ended, or ended without success) | 0 |")
                .contains("| counted twice | 0 |");
    }
}
