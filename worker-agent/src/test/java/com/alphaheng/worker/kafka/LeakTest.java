package com.alphaheng.worker.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.protocol.AttemptId;
import com.alphaheng.protocol.CoordinatorMessage;
import com.alphaheng.protocol.WorkerMessage.AttemptFinished;
import com.alphaheng.protocol.WorkerMessage.Goodbye;
import com.alphaheng.protocol.WorkerMessage.Hello;
import com.alphaheng.worker.disk.FolderTree;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
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
    private Leftovers leftovers;
    private int kills;
    private final Map<AttemptEnding, Integer> endings = new EnumMap<>(AttemptEnding.class);

    @BeforeEach
    void start() throws Exception {
        source.write("kernel.sh", "echo 42\n");
        source.commit("first");
        Files.createDirectories(temporary.resolve("tmp"));
        leftovers = new Leftovers(temporary, source.folder());
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
        int killEvery = Math.max(3, ATTEMPTS / 140);
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
        assertThat(leftovers.found()).allSatisfy((what, things) -> assertThat(things).as(what).isEmpty());
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
                test expects; cancelled and killed ones report nothing. Agents and sealed commands: %s.

                Before each kill the same search must find processes, worktrees and mounts: those of what runs.

                | an attempt that ends by | attempts |
                | --- | ---: |
                """.formatted(LocalDate.now(ZoneOffset.UTC), SLOTS, attempts(), took.toMinutes(), took.toSecondsPart(),
                kills, confined() ? "confined, in namespaces of their own" : "not confined on this machine"));
        endings.forEach((ending, count) -> text.append("| ").append(ending.words()).append(" | ").append(count)
                .append(" |\n"));
        text.append("\n| left behind | found |\n| --- | ---: |\n");
        leftovers.found().forEach((what, things) -> text.append("| ").append(what).append(" | ").append(things.size())
                .append(" |\n"));
        text.append("""

                What is kept on purpose: %s commits on the campaign's branch, the mirror with %d KiB,
                spending.jsonl with %d KiB. The worker makes no control groups and no named network namespaces.
                """.formatted(Leftovers.git(source.folder(), "rev-list", "--count", "heng/c").getFirst(),
                FolderTree.bytes(leftovers.mirror()) >> 10,
                Files.size(temporary.resolve("work/spending.jsonl")) >> 10));
        String file = System.getProperty("heng.leak.report");
        if (file != null) {
            Files.writeString(Path.of(file), text);
        }
        System.out.println(text);
    }

    /// Whether the worker confines what commands write, and a command can look at its network.
    private boolean confined() {
        return "yes".equals(hello.profile().labels().get("write-isolation")) && Files.exists(Path.of("/proc/net/dev"));
    }

    private void endInEveryWay(int batch) throws Exception {
        Map<AttemptId, AttemptEnding> reported = new LinkedHashMap<>();
        for (AttemptEnding ending : AttemptEnding.values()) {
            if (!ending.endsByItself() || ending == AttemptEnding.SEALED && !confined()) {
                continue;
            }
            AttemptId attempt = assign(ending, batch);
            if (ending == AttemptEnding.CANCEL) {
                awaitSleep(attempt);
                coordinator.say(new CoordinatorMessage.StopAttempt("w1", hello.incarnation(), attempt, "cancelled"));
            } else {
                reported.put(attempt, ending);
            }
        }
        for (Map.Entry<AttemptId, AttemptEnding> entry : reported.entrySet()) {
            AttemptFinished finished = coordinator.await(AttemptFinished.class,
                    message -> message.attempt().equals(entry.getKey()));
            assertThat(finished.result().reason()).as(entry.getKey().toString()).contains(entry.getValue().reason());
            assertThat(finished.result().outcome()).as(entry.getKey() + ": " + finished.result().reason())
                    .isEqualTo(entry.getValue().outcome());
        }
    }

    private void killTheWorkerInTheMiddle(int batch) throws Exception {
        for (AttemptEnding ending : AttemptEnding.KILLED_RUNNING) {
            awaitSleep(assign(ending, batch));
        }
        for (int i = 0; i < SLOTS; i++) {
            assign(AttemptEnding.KILLED_WHILE_WAITING, SLOTS * batch + i);
        }
        assertThatTheyAreSeen();
        kills++;
        worker.destroyForcibly().waitFor();
        startWorker();
    }

    /// What finds nothing in the end must find what is there now.
    private void assertThatTheyAreSeen() throws Exception {
        Map<String, List<String>> seen = leftovers.found();
        assertThat(seen.get(Leftovers.PROCESSES)).hasSizeGreaterThan(2 * SLOTS);
        assertThat(seen.get(Leftovers.WORKTREES)).hasSizeGreaterThan(SLOTS);
        if (confined()) {
            assertThat(seen.get(Leftovers.MOUNTS)).hasSizeGreaterThan(SLOTS);
        }
    }

    /// Until the attempt's command, whose output nobody sees, has begun.
    private static void awaitSleep(AttemptId attempt) throws Exception {
        for (int i = 0; i < 600; i++) {
            if (Leftovers.sleeps(attempt.task())) {
                return;
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
        throw new AssertionError(attempt + " has not begun to sleep after a minute");
    }

    private AttemptId assign(AttemptEnding ending, int number) throws Exception {
        AttemptId attempt = new AttemptId("c", ending + "-" + number, 1);
        coordinator.say(new CoordinatorMessage.Assignment("w1", hello.incarnation(), attempt, Duration.ofMinutes(1),
                ending.job(number, leftovers.marks())));
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
                agent("patient") + ".command=bash " + AGENTS + "/$HENG_PROMPT.sh",
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
}
