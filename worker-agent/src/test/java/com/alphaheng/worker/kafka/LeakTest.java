package com.alphaheng.worker.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.protocol.AttemptId;
import com.alphaheng.protocol.AttemptResult.Outcome;
import com.alphaheng.protocol.CoordinatorMessage;
import com.alphaheng.protocol.JobSpec;
import com.alphaheng.protocol.WorkerMessage.AttemptFinished;
import com.alphaheng.protocol.WorkerMessage.AttemptProgress;
import com.alphaheng.protocol.WorkerMessage.Goodbye;
import com.alphaheng.protocol.WorkerMessage.Hello;
import com.alphaheng.spec.TaskKind;
import com.alphaheng.worker.disk.FolderTree;
import com.alphaheng.worker.job.Tasks;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What a worker leaves behind after many attempts that end in every way there is, agents among them, while the worker
/// itself is killed now and then: nothing. `-Dheng.leak.attempts=1000 -Dheng.leak.report=FILE` runs the large one.
@Tag("slow")
class LeakTest extends WithBroker {
    private static final int ATTEMPTS = Integer.getInteger("heng.leak.attempts", 60);
    private static final int SLOTS = 4;
    private static final Path AGENTS = Path.of("src/test/resources/agents").toAbsolutePath();

    private HttpServer shelf;
    private Hello hello;
    private int kills;
    private final Map<Ending, Integer> endings = new EnumMap<>(Ending.class);

    /// How an attempt is made to end: by its verify command, by the edits of its prompt, or by a fake agent. Of the two
    /// runs that a batch gives to each agent one does not count against it, so that its circuit stays closed.
    private enum Ending {
        SUCCESS(Outcome.SUCCEEDED, "", "echo fine; mktemp -d; mktemp"),
        FAILURE(Outcome.VERIFICATION_FAILED, "exit status 7", "exit 7"),
        CRASH(Outcome.VERIFICATION_FAILED, "exit status 139", "kill -SEGV $$"),
        DAEMON(Outcome.SUCCEEDED, "", "(setsid bash -c 'sleep 1789' > /dev/null 2>&1 &); sleep 0.1"),
        TIME_LIMIT(Outcome.TIMED_OUT, "", "sleep 1789 & sleep 1789"),
        CANCEL(Outcome.STOPPED, "", "(setsid sleep 1789 &); sleep 1789"),
        FILES(Outcome.SUCCEEDED, "", "mkdir -p a/b && touch a/b/c && chmod -R a-w a && cp -r /etc/default $TMPDIR/"),
        MERGE(Outcome.SUCCEEDED, "merged as", "grep -q '^merged$' *.txt && ! grep -qv '^merged$' *.txt"),
        AGENT_CRASHES(Outcome.AGENT_FAILED, "crashing: crash", "true", "crashing", "crashes"),
        AGENT_LEAVES_A_DAEMON(Outcome.SUCCEEDED, "merged as", MERGE.verify, "crashing", "spawns-a-daemon"),
        AGENT_HANGS(Outcome.AGENT_FAILED, "hanging: hang", "true", "hanging", "hangs-silently"),
        AGENT_CHANGES_NOTHING(Outcome.AGENT_FAILED, "no change", "true", "hanging", "changes-nothing"),
        AGENT_FILLS_THE_DISK(Outcome.AGENT_FAILED, "disk quota", "true", "filling", "fills-the-disk"),
        AGENT_EMITS_GARBAGE(Outcome.AGENT_FAILED, "bad output", "true", "filling", "emits-garbage"),
        /// Runs when the worker is killed, and is never reported.
        WORKER_KILLED(Outcome.STOPPED, "", "(setsid sleep 1789 &); sleep 1789");

        private final Outcome outcome;
        private final String reason;
        private final String verify;
        private final String backend;
        private final String prompt;

        Ending(Outcome outcome, String reason, String verify) {
            this(outcome, reason, verify, "", "");
        }

        Ending(Outcome outcome, String reason, String verify, String backend, String prompt) {
            this.outcome = outcome;
            this.reason = reason;
            this.verify = verify;
            this.backend = backend;
            this.prompt = prompt;
        }

        private JobSpec job(int number) {
            if (this == MERGE) {
                return Tasks.agent("patch", "=== merged-%d.txt\n<<<<\n====\nmerged\n>>>>\n".formatted(number),
                        verify);
            }
            return backend.isEmpty() ? Tasks.job(TaskKind.VERIFY, Optional.of(verify), Optional.empty(),
                    this == TIME_LIMIT ? Duration.ofSeconds(2) : Duration.ofMinutes(5))
                    : Tasks.agent(backend, prompt, verify);
        }
    }

    @BeforeEach
    void start() throws Exception {
        source.write("kernel.sh", "echo 42\n");
        source.commit("first");
        Files.createDirectories(temporary.resolve("tmp"));
        shelf = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        shelf.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(201, -1);
            exchange.close();
        });
        shelf.start();
        startWorker();
    }

    @AfterEach
    void stop() throws Exception {
        shelf.stop(0);
    }

    @Test
    void nothingIsLeftWhateverEndsAnAttempt() throws Exception {
        Instant start = Instant.now();
        int killEvery = Math.max(3, ATTEMPTS / 100);
        for (int batch = 1; attempts() < ATTEMPTS; batch++) {
            if (batch % killEvery == 0) {
                killTheWorkerInTheMiddle(batch);
            } else {
                endInEveryWay(batch);
            }
        }
        WorkerProcess.terminate(worker);
        coordinator.await(Goodbye.class, goodbye -> goodbye.incarnation().equals(hello.incarnation()));
        report(Duration.between(start, Instant.now()));
        assertThat(left()).allSatisfy((what, things) -> assertThat(things).as(what).isEmpty());
    }

    /// What an attempt could leave, by kind.
    private Map<String, List<String>> left() throws Exception {
        Map<String, List<String>> left = new LinkedHashMap<>();
        left.put("processes", processes());
        for (String folder : List.of("checkouts", "scratch", "processes", "spool", "artifacts")) {
            left.put("entries in " + folder + "/", names(temporary.resolve("work").resolve(folder)));
        }
        left.put("temporary files of the worker", names(temporary.resolve("tmp")));
        Path mirror = temporary.resolve("work/mirror.git");
        left.put("worktrees of the mirror", git(mirror, "worktree", "list").stream()
                .filter(line -> !line.contains("(bare)")).toList());
        left.put("branches in the source, besides its own and the campaign's", git(source.folder(), "for-each-ref",
                "--format=%(refname)").stream().filter(name -> !name.equals("refs/heads/heng/c"))
                .skip(1).toList());
        left.put("locks in the mirror", names(mirror).stream().filter(name -> name.endsWith(".lock")).toList());
        left.put("mounts, in any namespace", mounts());
        return left;
    }

    private int attempts() {
        return endings.values().stream().mapToInt(Integer::intValue).sum();
    }

    private void report(Duration took) throws Exception {
        StringBuilder text = new StringBuilder("""
                # What attempts leave behind

                Made by `LeakTest`, %tF: one worker process at a time with %d slots, a real broker and source
                repository, fake agents as programs. %d attempts in %d min %d s; the worker was killed %d times
                (`kill -9`) while it ran four of them and four more waited for a slot. Each that reports ended as the
                test expects; cancelled and killed ones report nothing. Half of those under "worker killed" never began.

                | an attempt that ends by | attempts |
                | --- | ---: |
                """.formatted(LocalDate.now(ZoneOffset.UTC), SLOTS, attempts(), took.toMinutes(), took.toSecondsPart(),
                kills));
        endings.forEach((ending, count) -> text.append("| ").append(ending.name().toLowerCase(Locale.ROOT)
                .replace('_', ' ')).append(" | ").append(count).append(" |\n"));
        text.append("\n| left behind | found |\n| --- | ---: |\n");
        left().forEach((what, things) -> text.append("| ").append(what).append(" | ").append(things.size())
                .append(" |\n"));
        text.append("""

                What is kept on purpose: %s commits on the campaign's branch, the mirror with %d KiB,
                spending.jsonl with %d KiB.
                """.formatted(git(source.folder(), "rev-list", "--count", "heng/c").getFirst(),
                FolderTree.bytes(temporary.resolve("work/mirror.git")) >> 10,
                Files.size(temporary.resolve("work/spending.jsonl")) >> 10));
        String file = System.getProperty("heng.leak.report");
        if (file != null) {
            Files.writeString(Path.of(file), text);
        }
        System.out.println(text);
    }

    private void endInEveryWay(int batch) throws Exception {
        Map<AttemptId, Ending> reported = new LinkedHashMap<>();
        for (Ending ending : Ending.values()) {
            if (ending == Ending.WORKER_KILLED) {
                continue;
            }
            AttemptId attempt = assign(ending, batch);
            if (ending == Ending.CANCEL) {
                awaitVerifying(attempt);
                coordinator.say(new CoordinatorMessage.StopAttempt("w1", hello.incarnation(), attempt, "cancelled"));
            } else {
                reported.put(attempt, ending);
            }
        }
        for (Map.Entry<AttemptId, Ending> entry : reported.entrySet()) {
            AttemptFinished finished = coordinator.await(AttemptFinished.class,
                    message -> message.attempt().equals(entry.getKey()));
            assertThat(finished.result().reason()).as(entry.getKey().toString()).contains(entry.getValue().reason);
            assertThat(finished.result().outcome()).as(entry.getKey() + ": " + finished.result().reason())
                    .isEqualTo(entry.getValue().outcome);
        }
    }

    private void killTheWorkerInTheMiddle(int batch) throws Exception {
        for (int i = 0; i < 2 * SLOTS; i++) {
            AttemptId attempt = assign(Ending.WORKER_KILLED, 2 * SLOTS * batch + i);
            if (i < SLOTS) {
                awaitVerifying(attempt);
            }
        }
        kills++;
        worker.destroyForcibly().waitFor();
        startWorker();
    }

    private void awaitVerifying(AttemptId attempt) {
        coordinator.await(AttemptProgress.class, progress -> progress.attempt().equals(attempt)
                && progress.stage().equals("verifying"));
    }

    private AttemptId assign(Ending ending, int number) throws Exception {
        AttemptId attempt = new AttemptId("c", ending + "-" + number, 1);
        coordinator.say(new CoordinatorMessage.Assignment("w1", hello.incarnation(), attempt, Duration.ofMinutes(1),
                ending.job(number)));
        endings.merge(ending, 1, Integer::sum);
        return attempt;
    }

    private void startWorker() throws Exception {
        String before = hello == null ? "" : hello.incarnation();
        worker = WorkerProcess.start(broker.bootstrapServers(), temporary.resolve("work"), source.folder(),
                Path.of("target/leak-test.log").toAbsolutePath(), "-Dheng.worker.slots=" + SLOTS,
                "-XX:-UsePerfData", "-Djava.io.tmpdir=" + temporary.resolve("tmp"),
                "-Dheng.coordinator=http://127.0.0.1:" + shelf.getAddress().getPort(),
                "-Dheng.worker.disk-quota=20000000",
                agent("crashing") + ".command=bash " + AGENTS + "/$HENG_PROMPT.sh && echo merged > $HENG_TASK.txt",
                agent("hanging") + ".command=bash " + AGENTS + "/$HENG_PROMPT.sh", agent("hanging") + ".silence=PT2S",
                agent("filling") + ".command=bash " + AGENTS + "/$HENG_PROMPT.sh");
        hello = coordinator.await(Hello.class, message -> !message.incarnation().equals(before)
                && coordinator.heard.indexOf(message) > lastHello(before));
    }

    private static String agent(String name) {
        return "-Dheng.worker.agents." + name;
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
        for (String number : names(Path.of("/proc"))) {
            Path process = Path.of("/proc", number);
            if (number.matches("\\d+")) {
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

    private List<String> mounts() throws IOException {
        List<String> found = new ArrayList<>();
        for (String number : names(Path.of("/proc"))) {
            try {
                found.addAll(Files.readAllLines(Path.of("/proc", number, "mounts")).stream()
                        .filter(line -> line.contains(temporary.toString())).toList());
            } catch (IOException e) {
                // No process, or one that has ended.
                continue;
            }
        }
        return found;
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
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
