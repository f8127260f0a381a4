package com.alphaheng.worker.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.alphaheng.protocol.AttemptId;
import com.alphaheng.protocol.AttemptResult;
import com.alphaheng.protocol.WorkerMessage.AttemptFinished;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportSpoolTest {
    private static final AttemptId ATTEMPT = new AttemptId("c", "t", 1);
    private static final AttemptResult GOOD = new AttemptResult(AttemptResult.Outcome.SUCCEEDED, "", Optional.of(0),
            Instant.EPOCH, Instant.EPOCH, List.of(), "abc", "machine");

    @TempDir
    Path folder;

    /// The broker takes connections and says nothing, so that the sender waits in its first message.
    @Test
    @Tag("slow")
    void aReportIsOnTheDiskAtOnceAlthoughTheSenderWaitsForTheBroker() throws Exception {
        try (ServerSocket mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            KafkaClients clients = new KafkaClients("127.0.0.1:" + mute.getLocalPort(), Map.of());
            var link = new KafkaCoordinatorLink(clients, "w1", "i1", () -> {
                throw new AssertionError("no hello is said here");
            }, Optional.empty(), folder);
            link.progress(ATTEMPT, "verifying", Instant.EPOCH);
            link.report(ATTEMPT, GOOD, () -> { });
            assertThat(new ReportSpool(folder).all()).extracting(AttemptFinished::attempt, AttemptFinished::result)
                    .containsExactly(tuple(ATTEMPT, GOOD));
            link.close();
        }
    }

    @Test
    void whatADeadWorkerWroteHalfIsDeleted() throws Exception {
        ReportSpool spool = new ReportSpool(folder);
        spool.save(new AttemptFinished("w1", "i1", 7, ATTEMPT, GOOD));
        List<AttemptFinished> whole = spool.all();
        Files.writeString(folder.resolve("x.json.new"), "{\"half");
        assertThat(new ReportSpool(folder).all()).isEqualTo(whole).hasSize(1);
        assertThat(folder).isDirectoryNotContaining("glob:**.new");
    }
}
