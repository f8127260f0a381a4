package com.alphaheng.worker.exec;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.worker.exec.ExecSettings.Limits;
import com.alphaheng.worker.job.AttemptOutput;
import com.alphaheng.worker.job.Commands.Cause;
import com.alphaheng.worker.job.Commands.Confinement;
import com.alphaheng.worker.job.Commands.Exited;
import com.alphaheng.worker.job.Commands.Killed;
import com.alphaheng.worker.job.Commands.Outcome;
import com.alphaheng.worker.job.Commands.Request;
import com.alphaheng.worker.job.StopReason;
import com.alphaheng.worker.job.StopSwitch;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Real processes: what is started is started by bash, and what must be dead is looked for in the process table.
class ProcessCommandsTest {
    private static final CommandLine COMMAND_LINE = new CommandLine();

    @TempDir
    Path folder;
    private final List<String> lines = Collections.synchronizedList(new ArrayList<>());
    private final StopSwitch stop = new StopSwitch();

    @Test
    void exitStatusOutputMetricsAndEnvironment() throws Exception {
        Exited exited = exited(run("echo one; echo two >&2; echo '{\"metrics\":[]}' > $HENG_METRICS; "
                + "echo \"$HENG_TASK $(pwd)\"; exit 7", Duration.ofSeconds(20)));
        assertThat(exited.status()).isEqualTo(7);
        assertThat(exited.metrics()).contains("{\"metrics\":[]}\n");
        assertThat(lines).containsExactly("verify: one", "verify: two", "verify: t " + tree().toRealPath());
        assertThat(exited.leftProcesses()).isEmpty();
        assertThat(filesLeft()).isEmpty();
    }

    @Test
    void anUndefinedVariableAndABrokenPipeAreFailures() throws Exception {
        assertThat(exited(run("echo $no_such_variable", Duration.ofSeconds(20))).status()).isNotZero();
        assertThat(exited(run("false | cat", Duration.ofSeconds(20))).status()).isNotZero();
    }

    @Test
    void standardInputIsClosed() throws Exception {
        assertThat(exited(run("cat; echo after", Duration.ofSeconds(20))).lastLines()).containsExactly("after");
    }

    @Test
    void theTimeLimitKillsTheWholeGroup() throws Exception {
        Outcome outcome = run("sleep 321 & sleep 322 & echo started; wait", Duration.ofMillis(700));
        assertThat(outcome).isInstanceOfSatisfying(Killed.class, killed -> {
            assertThat(killed.cause()).isEqualTo(Cause.TIME_LIMIT);
            assertThat(killed.lastLines()).containsExactly("started");
        });
        assertThat(running("sleep 32[12]")).isEmpty();
    }

    @Test
    void aDaemonInASessionOfItsOwnIsFoundNamedAndKilled() throws Exception {
        for (Confinement confinement : List.of(Confinement.OPEN, Confinement.SEALED,
                new Confinement.Agent(List.of()))) {
            Exited exited = exited(run("(setsid bash -c 'sleep 323' >/dev/null 2>&1 &); sleep 0.3; echo done",
                    Duration.ofSeconds(20), Optional.empty(), confinement, Limits.DEFAULT));
            assertThat(exited.lastLines()).contains("done");
            assertThat(exited.leftProcesses()).as(confinement.toString()).anyMatch(left -> left.contains("sleep 323"));
            assertThat(running("sleep 323")).isEmpty();
        }
    }

    @Test
    void aChildThatHoldsTheOutputOpenDoesNotHoldUsUp() throws Exception {
        long start = System.nanoTime();
        exited(run("sleep 324 & echo quick", Duration.ofSeconds(60)));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
        assertThat(running("sleep 324")).isEmpty();
    }

    @Test
    void theSwitchStopsIt() throws Exception {
        Thread.ofVirtual().start(() -> {
            while (lines.isEmpty()) {
                Thread.onSpinWait();
            }
            stop.stop(StopReason.TOLD_TO_STOP);
        });
        Outcome outcome = run("echo up; sleep 325", Duration.ofSeconds(60));
        assertThat(outcome).isInstanceOfSatisfying(Killed.class,
                killed -> assertThat(killed.cause()).isEqualTo(Cause.STOPPED));
        assertThat(running("sleep 325")).isEmpty();
    }

    @Test
    void silenceForTooLongCountsAsHung() throws Exception {
        Outcome outcome = run("echo thinking; sleep 326", Duration.ofSeconds(60), Optional.of(Duration.ofMillis(500)),
                Confinement.OPEN, Limits.DEFAULT);
        assertThat(outcome).isInstanceOfSatisfying(Killed.class,
                killed -> assertThat(killed.cause()).isEqualTo(Cause.SILENCE));
    }

    @Test
    @Tag("slow")
    void whatNeitherPrintsNorComputesIsKilledLongBeforeItsTimeIsOver() throws Exception {
        Limits limits = Limits.DEFAULT.withStandstill(Duration.ofSeconds(1));
        for (Confinement confinement : List.of(Confinement.OPEN, Confinement.SEALED)) {
            assertThat(run("echo begun; sleep 330", Duration.ofMinutes(5), Optional.empty(), confinement, limits))
                    .isInstanceOfSatisfying(Killed.class,
                    killed -> assertThat(killed.cause()).isEqualTo(Cause.STALLED));
            assertThat(exited(run("end=$((SECONDS + 4)); while [ $SECONDS -lt $end ]; do :; done; exit 9",
                    Duration.ofMinutes(5), Optional.empty(), confinement, limits)).status())
                    .as("silent work").isEqualTo(9);
        }
        assertThat(running("sleep 330")).isEmpty();
    }

    @Test
    void aFloodOfOutputIsReadToTheEndButPassedOnlyUpToTheCap() throws Exception {
        Exited exited = exited(run("for i in $(seq 1 60000); do echo \"line $i of a flood that goes on\"; done; "
                + "head -c 100000 /dev/zero | tr '\\0' x; echo; echo last", Duration.ofSeconds(60)));
        assertThat(exited.status()).isZero();
        assertThat(exited.lastLines().getLast()).isEqualTo("last");
        assertThat(lines.stream().mapToLong(String::length).sum()).isLessThan(2 * 64 * 1024);
        assertThat(lines.getLast()).contains("lines left out");
    }

    @Test
    void secretsAreMaskedByValueAndByShape() throws Exception {
        run("echo key=correct-horse; echo sk-abcdefghijklmnopqrstuvwx; echo 'Authorization: Bearer abcdefgh12345'",
                Duration.ofSeconds(20));
        assertThat(lines).containsExactly("verify: key=[secret]", "verify: [secret]",
                "verify: Authorization: Bearer [secret]");
    }

    @Test
    void theDiskQuotaKills() throws Exception {
        Outcome outcome = run("head -c 3000000 /dev/zero > big; sleep 327", Duration.ofSeconds(60), Optional.empty(),
                Confinement.OPEN, Limits.DEFAULT.withDiskQuota(1_000_000, Duration.ofMillis(100)));
        assertThat(outcome).isInstanceOfSatisfying(Killed.class,
                killed -> assertThat(killed.cause()).isEqualTo(Cause.DISK_QUOTA));
    }

    @Test
    void aSealedCommandHasNoNetwork() throws Exception {
        Assumptions.assumeTrue(COMMAND_LINE.cutsNetwork(), "this machine offers neither namespaces nor sandbox-exec");
        try (ServerSocket server = new ServerSocket(0)) {
            String connect = "exec 3<>/dev/tcp/127.0.0.1/" + server.getLocalPort() + " && echo connected";
            assertThat(exited(run(connect, Duration.ofSeconds(20))).status()).isZero();
            Exited sealed = exited(run(connect, Duration.ofSeconds(20), Optional.empty(), Confinement.SEALED,
                    Limits.DEFAULT));
            if (COMMAND_LINE.isolation().startsWith("namespaces")) {
                assertThat(sealed.status()).as("its loopback is its own").isNotZero();
            }
        }
        assertThat(exited(run("bash -c 'exec 3<>/dev/tcp/192.0.2.1/80'", Duration.ofSeconds(20), Optional.empty(),
                Confinement.SEALED, Limits.DEFAULT)).status()).isNotZero();
    }

    @Test
    void whatAKilledWorkerLeftIsKilledAtTheNextStart() throws Exception {
        ProcessCommands commands = commands(Limits.DEFAULT);
        String token = "11111111-2222-3333-4444-555555555555";
        Files.writeString(folder.resolve("work/processes/" + token), "sleep 328");
        Process orphan = new ProcessBuilder("sleep", "328").redirectErrorStream(true).start();
        ProcessBuilder ours = new ProcessBuilder("sleep", "329");
        ours.environment().put("HENG_PROCESS_TOKEN", token);
        Process left = ours.start();
        assertThat(commands.killLeftovers()).isEqualTo(1);
        assertThat(left.waitFor()).isNotZero();
        assertThat(orphan.isAlive()).as("somebody else's").isTrue();
        orphan.destroyForcibly().waitFor();
    }

    private Outcome run(String script, Duration limit) throws Exception {
        return run(script, limit, Optional.empty(), Confinement.OPEN, Limits.DEFAULT);
    }

    private Outcome run(String script, Duration limit, Optional<Duration> silence, Confinement confinement,
                        Limits limits) throws Exception {
        AttemptOutput output = new AttemptOutput() {
            @Override
            public void line(String source, String text) {
                lines.add(source + ": " + text);
            }

            @Override
            public void close() {
                lines.add("closed");
            }
        };
        return commands(limits).run(new Request("verify", script, tree(), Map.of("HENG_TASK", "t"), limit, silence,
                confinement), stop, output);
    }

    private ProcessCommands commands(Limits limits) throws Exception {
        return new ProcessCommands(new ExecSettings(Reach.of(folder.resolve("work"), Optional.empty(), List.of(),
                List.of()), Map.of("PATH", "/usr/bin:/bin:/usr/sbin"), new SecretMask(List.of("correct-horse")),
                limits.withOutput(64 * 1024)), COMMAND_LINE);
    }

    private Path tree() throws Exception {
        return Files.createDirectories(folder.resolve("work/checkouts/tree"));
    }

    private static Exited exited(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Exited.class);
        return (Exited) outcome;
    }

    private List<Path> filesLeft() throws Exception {
        try (var files = Files.walk(folder.resolve("work"))) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private static List<String> running(String pattern) {
        return ProcessHandle.allProcesses().map(handle -> handle.info().commandLine().orElse(""))
                .filter(line -> line.matches(".*\\b" + pattern + "\\b.*") && !line.contains("bash")).toList();
    }
}
