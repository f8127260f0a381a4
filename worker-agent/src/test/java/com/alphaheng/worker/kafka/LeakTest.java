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
import com.alphaheng.protocol.WorkerMessage.Hello;
import com.alphaheng.spec.TaskKind;
import com.alphaheng.worker.git.TestRepository;
import com.alphaheng.worker.job.Tasks;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a worker leaves behind after many attempts that end in every way there is, while the worker itself is killed
/// now and then: nothing. `-Dheng.leak.attempts=1000` runs the large one; its count is printed.
@Tag("slow")
class LeakTest {
    private static final int ATTEMPTS = Integer.getInteger("heng.leak.attempts", 32);
    private static final int SLOTS = 4;

    @TempDir
    Path temporary;
    private EmbeddedBroker broker;
    private TestRepository source;
    private ScriptedCoordinator coordinator;
    private Process worker;
    private Hello hello;
    private final Map<Ending, Integer> endings = new EnumMap<>(Ending.class);

    /// How an attempt is made to end.
    private enum Ending {
        SUCCESS("echo fine; mktemp -d; mktemp"),
        FAILURE("exit 7"),
        CRASH("kill -SEGV $$"),
        DAEMON("(setsid bash -c 'sleep 1789' > /dev/null 2>&1 &); sleep 0.1"),
        TIME_LIMIT("sleep 1789 & sleep 1789"),
        CANCEL("(setsid sleep 1789 &); sleep 1789"),
        FILES("mkdir -p a/b && touch a/b/c && chmod -R a-w a && cp -r /etc/default $TMPDIR/"),
        MERGE("grep -q '^merged$' merged-*.txt && ! grep -qv '^merged$' merged-*.txt"),
        KILL("sleep 1789");

        private final String script;

        Ending(String script) {
            this.script = script;
        }
    }

    @BeforeEach
    void start() throws Exception {
        broker = EmbeddedBroker.start(BrokerSettings.local(temporary.resolve("broker")));
        ScriptedCoordinator.makeTopics(broker.bootstrapServers());
        coordinator = new ScriptedCoordinator(broker.bootstrapServers());
        source = new TestRepository(temporary.resolve("source"));
        source.write("answer.txt", "42");
        source.commit("first");
        Files.createDirectories(temporary.resolve("tmp"));
        startWorker();
    }

    @AfterEach
    void stop() throws Exception {
        worker.destroyForcibly().waitFor();
        coordinator.close();
        broker.close();
    }

    @Test
    void nothingIsLeftWhateverEndsAnAttempt() throws Exception {
        int batches = Math.max(2, ATTEMPTS / 8);
        int killEvery = Math.max(2, batches / 12);
        for (int batch = 0; batch < batches; batch++) {
            if (batch % killEvery == killEvery - 1) {
                killTheWorkerInTheMiddle(batch);
            } else {
                endInEveryWay(batch);
            }
        }
        WorkerProcess.terminate(worker);
        coordinator.await(Goodbye.class, goodbye -> goodbye.incarnation().equals(hello.incarnation()));
        System.out.println("attempts by their ending: " + endings);
        assertThat(processes()).isEmpty();
        for (String folder : List.of("checkouts", "scratch", "processes", "spool", "artifacts")) {
            assertThat(entries(temporary.resolve("work").resolve(folder))).as(folder).isEmpty();
        }
        assertThat(entries(temporary.resolve("tmp"))).as("temporary files of the worker").isEmpty();
        Path mirror = temporary.resolve("work/mirror.git");
        assertThat(git(mirror, "worktree", "list")).hasSize(1);
        assertThat(git(source.folder(), "for-each-ref", "--format=%(refname)")).hasSize(2)
                .contains("refs/heads/heng/c");
        assertThat(Files.readString(Path.of("/proc/self/mounts"))).doesNotContain(temporary.toString());
    }

    private void endInEveryWay(int batch) throws Exception {
        List<AttemptId> reported = new ArrayList<>();
        for (Ending ending : Ending.values()) {
            if (ending == Ending.KILL) {
                continue;
            }
            AttemptId attempt = assign(ending, batch);
            if (ending == Ending.CANCEL) {
                awaitVerifying(attempt);
                coordinator.say(new CoordinatorMessage.StopAttempt("w1", hello.incarnation(), attempt, "cancelled"));
            } else {
                reported.add(attempt);
            }
        }
        for (AttemptId attempt : reported) {
            Ending ending = Ending.valueOf(attempt.task().replaceAll("-\\d+$", ""));
            Outcome expected = switch (ending) {
                case SUCCESS, DAEMON, FILES, MERGE -> Outcome.SUCCEEDED;
                case FAILURE, CRASH -> Outcome.VERIFICATION_FAILED;
                case TIME_LIMIT -> Outcome.TIMED_OUT;
                case CANCEL, KILL -> throw new AssertionError("reports nothing");
            };
            AttemptFinished finished = coordinator.await(AttemptFinished.class,
                    message -> message.attempt().equals(attempt));
            assertThat(finished.result().outcome()).as(attempt + ": " + finished.result().reason())
                    .isEqualTo(expected);
        }
    }

    private void killTheWorkerInTheMiddle(int batch) throws Exception {
        for (int i = 0; i < 8; i++) {
            AttemptId attempt = assign(Ending.KILL, 8 * batch + i);
            if (i < SLOTS) {
                awaitVerifying(attempt);
            }
        }
        worker.destroyForcibly().waitFor();
        startWorker();
    }

    private void awaitVerifying(AttemptId attempt) {
        coordinator.await(AttemptProgress.class, progress -> progress.attempt().equals(attempt)
                && progress.stage().equals("verifying"));
    }

    private AttemptId assign(Ending ending, int number) throws Exception {
        AttemptId attempt = new AttemptId("c", ending + "-" + number, 1);
        JobSpec job = ending == Ending.MERGE ? Tasks.patch("""
                === merged-%d.txt
                <<<<
                ====
                merged
                >>>>
                """.formatted(number), ending.script) : Tasks.job(TaskKind.VERIFY, Optional.of(ending.script),
                Optional.empty(), ending == Ending.TIME_LIMIT ? Duration.ofSeconds(2) : Duration.ofMinutes(5));
        coordinator.say(new CoordinatorMessage.Assignment("w1", hello.incarnation(), attempt, Duration.ofMinutes(1),
                job));
        endings.merge(ending, 1, Integer::sum);
        return attempt;
    }

    private void startWorker() throws Exception {
        String before = hello == null ? "" : hello.incarnation();
        worker = WorkerProcess.start(broker.bootstrapServers(), temporary.resolve("work"), source.folder(),
                Path.of("target/leak-test.log").toAbsolutePath(), "-Dheng.worker.slots=" + SLOTS,
                "-XX:-UsePerfData", "-Djava.io.tmpdir=" + temporary.resolve("tmp"));
        hello = coordinator.await(Hello.class, message -> !message.incarnation().equals(before)
                && coordinator.heard.indexOf(message) > lastHello(before));
    }

    private int lastHello(String incarnation) {
        int last = -1;
        for (int i = 0; i < coordinator.heard.size(); i++) {
            last = coordinator.heard.get(i).incarnation().equals(incarnation) ? i : last;
        }
        return last;
    }

    /// Live processes that an attempt of this worker started: each has its temporary folder in its environment.
    private List<String> processes() throws IOException {
        String marker = "TMPDIR=" + temporary.resolve("work");
        List<String> found = new ArrayList<>();
        for (Path process : entries(Path.of("/proc"))) {
            if (process.getFileName().toString().matches("\\d+")) {
                try {
                    if (new String(Files.readAllBytes(process.resolve("environ")), StandardCharsets.ISO_8859_1)
                            .contains(marker)) {
                        found.add(Files.readString(process.resolve("cmdline")).replace('\0', ' '));
                    }
                } catch (IOException e) {
                    // It has ended, or is not ours.
                    continue;
                }
            }
        }
        return found;
    }

    private static List<Path> entries(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    private static List<String> git(Path repository, String... arguments) throws Exception {
        List<String> line = new ArrayList<>(List.of("git", "-C", repository.toString()));
        line.addAll(List.of(arguments));
        Process git = new ProcessBuilder(line).start();
        List<String> lines = git.inputReader().lines().toList();
        assertThat(git.waitFor()).isZero();
        return lines;
    }
}
