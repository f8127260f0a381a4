package com.alphaheng.worker.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.broker.BrokerSettings;
import com.alphaheng.broker.EmbeddedBroker;
import com.alphaheng.protocol.AttemptId;
import com.alphaheng.protocol.AttemptResult.Outcome;
import com.alphaheng.protocol.CoordinatorMessage;
import com.alphaheng.protocol.JobSpec;
import com.alphaheng.protocol.WorkerMessage.AttemptFinished;
import com.alphaheng.protocol.WorkerMessage.AttemptProgress;
import com.alphaheng.protocol.WorkerMessage.Goodbye;
import com.alphaheng.protocol.WorkerMessage.Heartbeat;
import com.alphaheng.protocol.WorkerMessage.Hello;
import com.alphaheng.worker.job.Tasks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The worker in its own JVM against a real broker and a scripted coordinator; either is killed.
@Tag("slow")
class WorkerEndToEndTest extends WithBroker {
    @BeforeEach
    void start() throws Exception {
        source.write("answer.txt", "42");
        source.commit("first");
        startWorker();
    }

    @Test
    void runsReportsStopsAndLeaves() throws Exception {
        Hello hello = coordinator.await(Hello.class, message -> true);
        assertThat(hello.profile().labels()).containsKeys("os", "chip", "arch");
        assertThat(hello.profile().slots()).isEqualTo(1);
        assertThat(hello.running()).isEmpty();

        AttemptId good = new AttemptId("c", "good", 1);
        assign(hello, good, Tasks.verify("grep -q 42 answer.txt; echo found it"));
        AttemptFinished finished = finished(good);
        assertThat(finished.result().outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(finished.result().commit()).isEqualTo(source.git("rev-parse", "HEAD"));
        assertThat(coordinator.awaitOutput("found it")).contains("checked out " + finished.result().commit());
        coordinator.await(AttemptProgress.class, progress -> progress.stage().equals("verifying"));

        AttemptId hanging = new AttemptId("c", "hanging", 1);
        assign(hello, hanging, Tasks.verify("sleep 8601"));
        coordinator.await(Heartbeat.class, beat -> beat.running().contains(hanging));
        coordinator.say(new CoordinatorMessage.StopAttempt("w1", hello.incarnation(), hanging, "cancelled"));
        AttemptId next = new AttemptId("c", "next", 1);
        assign(hello, next, Tasks.verify("exit 9"));
        assertThat(finished(next).result().reason()).contains("exit status 9");
        assertThat(coordinator.heard).noneMatch(message ->
                message instanceof AttemptFinished other && other.attempt().equals(hanging));

        AttemptId last = new AttemptId("c", "last", 1);
        assign(hello, last, Tasks.verify("sleep 8602"));
        coordinator.await(Heartbeat.class, beat -> beat.running().contains(last));
        WorkerProcess.terminate(worker);
        coordinator.await(Goodbye.class, message -> message.incarnation().equals(hello.incarnation()));
        assertThat(coordinator.unproven).isEmpty();
        assertNothingLeftBehind("sleep 860[12]");
    }

    @Test
    void aKilledWorkerCleansUpAtItsNextStartAndSaysHelloAnew() throws Exception {
        Hello hello = coordinator.await(Hello.class, message -> true);
        AttemptId attempt = new AttemptId("c", "t", 1);
        assign(hello, attempt, Tasks.verify("sleep 8603"));
        coordinator.await(AttemptProgress.class, progress -> progress.stage().equals("verifying"));
        worker.destroyForcibly().waitFor();
        startWorker();
        Hello again = coordinator.await(Hello.class, message -> !message.incarnation().equals(hello.incarnation()));
        assertThat(again.running()).isEmpty();
        assertNothingLeftBehind("sleep 8603");
        AttemptId second = new AttemptId("c", "t", 2);
        assign(again, second, Tasks.verify("true"));
        assertThat(finished(second).incarnation()).isEqualTo(again.incarnation());
    }

    /// As of a laptop that was closed: meanwhile the lease is over, and the task given away and back.
    @Test
    void aFrozenWorkerDoesWhatWasDecidedMeanwhile() throws Exception {
        Hello hello = coordinator.await(Hello.class, message -> true);
        AttemptId first = new AttemptId("c", "t", 1);
        assign(hello, first, Tasks.verify("(setsid sleep 8604 &); sleep 8604"));
        coordinator.await(AttemptProgress.class, progress -> progress.stage().equals("verifying"));
        signal("STOP");
        coordinator.say(new CoordinatorMessage.StopAttempt("w1", hello.incarnation(), first, "its lease is over"));
        AttemptId second = new AttemptId("c", "t", 2);
        assign(hello, second, Tasks.verify("true"));
        signal("CONT");
        assertThat(finished(second).result().outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(coordinator.heard).noneMatch(message ->
                message instanceof AttemptFinished other && other.attempt().equals(first));
        assertNothingLeftBehind("sleep 8604");
    }

    private void signal(String name) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(worker.pid())).start().waitFor()).isZero();
    }

    @Test
    void aReportThatTheDiskDoesNotTakeIsSentAllTheSame() throws Exception {
        Hello hello = coordinator.await(Hello.class, message -> true);
        Files.delete(temporary.resolve("work/spool"));
        AttemptId attempt = new AttemptId("c", "t", 1);
        assign(hello, attempt, Tasks.verify("true"));
        assertThat(finished(attempt).result().outcome()).isEqualTo(Outcome.SUCCEEDED);
        coordinator.await(Heartbeat.class, beat -> beat.sequence() > finished(attempt).sequence()
                && beat.running().isEmpty());
    }

    @Test
    void aReportOutlivesTheBrokerAndTheWorker() throws Exception {
        Hello hello = coordinator.await(Hello.class, message -> true);
        AttemptId attempt = new AttemptId("c", "t", 1);
        Path go = temporary.resolve("go");
        assign(hello, attempt, Tasks.verify("until [ -e " + go + " ]; do sleep 0.1; done"));
        coordinator.await(AttemptProgress.class, progress -> progress.stage().equals("verifying"));
        int port = Integer.parseInt(broker.bootstrapServers().replaceAll(".*:", ""));
        coordinator.close();
        broker.close();
        Files.createFile(go);
        Path spool = temporary.resolve("work/spool");
        awaitFiles(spool, 1);
        worker.destroyForcibly().waitFor();

        broker = EmbeddedBroker.start(BrokerSettings.local(temporary.resolve("broker")).withPort(port));
        coordinator = new ScriptedCoordinator(broker.bootstrapServers());
        startWorker();
        Hello again = coordinator.await(Hello.class, message -> !message.incarnation().equals(hello.incarnation()));
        AttemptFinished finished = finished(attempt);
        assertThat(finished.incarnation()).as("in the name of who ran it").isEqualTo(hello.incarnation());
        assertThat(finished.result().outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(coordinator.heard.indexOf(finished)).isLessThan(coordinator.heard.indexOf(again));
        assertThat(coordinator.unproven).isEmpty();
        awaitFiles(spool, 0);
    }

    @Test
    void aBrokerRestartIsSurvivedWithoutLosingTheAttempt() throws Exception {
        Hello hello = coordinator.await(Hello.class, message -> true);
        AttemptId attempt = new AttemptId("c", "t", 1);
        assign(hello, attempt, Tasks.verify("sleep 3; echo still here"));
        coordinator.await(AttemptProgress.class, progress -> progress.stage().equals("verifying"));
        int port = Integer.parseInt(broker.bootstrapServers().replaceAll(".*:", ""));
        coordinator.close();
        broker.close();
        broker = EmbeddedBroker.start(BrokerSettings.local(temporary.resolve("broker")).withPort(port));
        coordinator = new ScriptedCoordinator(broker.bootstrapServers());
        assertThat(finished(attempt).incarnation()).isEqualTo(hello.incarnation());
        AttemptId next = new AttemptId("c", "next", 1);
        assign(hello, next, Tasks.verify("true"));
        assertThat(finished(next).result().outcome()).isEqualTo(Outcome.SUCCEEDED);
    }

    private void startWorker() throws Exception {
        worker = WorkerProcess.start(broker.bootstrapServers(), temporary.resolve("work"), source.folder(),
                Path.of("target/worker-end-to-end.log").toAbsolutePath());
    }

    private void assign(Hello hello, AttemptId attempt, JobSpec job) throws Exception {
        coordinator.say(new CoordinatorMessage.Assignment("w1", hello.incarnation(), attempt, Duration.ofSeconds(9),
                job));
    }

    private AttemptFinished finished(AttemptId attempt) {
        return coordinator.await(AttemptFinished.class, message -> message.attempt().equals(attempt));
    }

    private void assertNothingLeftBehind(String pattern) throws Exception {
        assertThat(ProcessHandle.allProcesses().map(handle -> handle.info().commandLine().orElse(""))
                .filter(line -> line.matches(".*\\b" + pattern + "\\b.*"))).isEmpty();
        awaitFiles(temporary.resolve("work/checkouts"), 0);
        awaitFiles(temporary.resolve("work/scratch"), 0);
        awaitFiles(temporary.resolve("work/processes"), 0);
    }

    private static void awaitFiles(Path folder, int count) throws Exception {
        List<Path> found = List.of();
        for (int i = 0; i < 300; i++) {
            try (var files = Files.list(folder)) {
                found = files.filter(file -> !file.toString().endsWith(".new")).toList();
            }
            if (found.size() == count) {
                return;
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
        assertThat(found).as("in " + folder).hasSize(count);
    }
}
