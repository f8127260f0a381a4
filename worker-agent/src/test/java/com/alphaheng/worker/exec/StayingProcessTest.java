package com.alphaheng.worker.exec;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.worker.job.AttemptOutput;
import com.alphaheng.worker.job.Commands.Cause;
import com.alphaheng.worker.job.Commands.Confinement;
import com.alphaheng.worker.job.Commands.Exited;
import com.alphaheng.worker.job.Commands.Killed;
import com.alphaheng.worker.job.Commands.Request;
import com.alphaheng.worker.job.StayingCommands.Answer;
import com.alphaheng.worker.job.StayingCommands.Staying;
import com.alphaheng.worker.job.StopReason;
import com.alphaheng.worker.job.StopSwitch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Real processes that measure in turns.
class StayingProcessTest {
    private static final CommandLine COMMAND_LINE = new CommandLine();
    private static final String ANSWERING = "n=0; while read -r line; do n=$((n + 1)); echo \"$line $n\" >> "
            + "\"$HENG_METRICS\"; done";

    private static final AttemptOutput SILENT = new AttemptOutput() {
        @Override
        public void line(String source, String text) { }

        @Override
        public void close() { }
    };

    @TempDir
    Path folder;
    private final StopSwitch stop = new StopSwitch();

    @Test
    void itAnswersEachTurnWithOneLineAndEndsWhenThereAreNoMore() throws Exception {
        for (Confinement confinement : List.of(Confinement.OPEN, Confinement.SEALED)) {
            try (Staying staying = stay(ANSWERING + "; echo bye; exit 3", confinement)) {
                assertThat(staying.turn(31L)).isEqualTo(new Answer.Given("31 1\n"));
                assertThat(staying.turn(7L)).isEqualTo(new Answer.Given("7 2\n"));
                assertThat(staying.turn(9007199254740991L)).isEqualTo(new Answer.Given("9007199254740991 3\n"));
                assertThat(staying.end()).isInstanceOfSatisfying(Exited.class, exited -> {
                    assertThat(exited.status()).isEqualTo(3);
                    assertThat(exited.lastLines()).containsExactly("bye");
                });
            }
            assertThat(filesLeft()).isEmpty();
        }
    }

    /// Whatever it has started, in its own session too, does nothing between turns.
    @Test
    void betweenTurnsAllOfItStandsStill() throws Exception {
        String busy = "while :; do echo x >> \"$PWD/NAME\"; done";
        String daemons = "(" + busy.replace("NAME", "child") + ") & setsid bash -c '" + busy.replace("NAME", "daemon")
                + "' & while [ ! -s child ] || [ ! -s daemon ]; do sleep 0.01; done; " + ANSWERING;
        for (Confinement confinement : List.of(Confinement.OPEN, Confinement.SEALED)) {
            try (Staying staying = stay(daemons, confinement)) {
                for (int i = 0; i < 3; i++) {
                    assertThat(staying.turn(1)).isInstanceOf(Answer.Given.class);
                    List<Long> before = sizes();
                    Thread.sleep(100);
                    assertThat(sizes()).isEqualTo(before);
                }
            }
            assertThat(ProcessHandle.allProcesses().filter(process -> process.info().commandLine().orElse("")
                    .contains(folder.toString()))).isEmpty();
            Files.delete(tree().resolve("child"));
            Files.delete(tree().resolve("daemon"));
        }
    }

    @Test
    void moreThanOneLineInATurnIsNoAnswer() throws Exception {
        try (Staying staying = stay("read -r _; printf '1\\n2\\n' >> \"$HENG_METRICS\"; read -r _")) {
            assertThat(staying.turn(1)).isEqualTo(new Answer.Broken("must add one line to $HENG_METRICS in each turn, "
                    + "but added 2"));
        }
    }

    @Test
    void whatEndsOrIsKilledHasNoAnswer() throws Exception {
        try (Staying staying = stay("read -r _; exit 5")) {
            assertThat(staying.turn(1)).isEqualTo(new Answer.Ended());
            assertThat(staying.turn(1)).isEqualTo(new Answer.Ended());
            assertThat(staying.end()).isInstanceOfSatisfying(Exited.class, exited ->
                    assertThat(exited.status()).isEqualTo(5));
        }
        try (Staying staying = stay("read -r _; sleep 600", Confinement.OPEN, Duration.ofSeconds(1))) {
            assertThat(staying.turn(1)).isEqualTo(new Answer.Ended());
            assertThat(staying.end()).isInstanceOfSatisfying(Killed.class, killed ->
                    assertThat(killed.cause()).isEqualTo(Cause.TIME_LIMIT));
        }
    }

    @Test
    void oneThatStandsStillCanBeStoppedAndClosed() throws Exception {
        Staying stopped = stay(ANSWERING);
        assertThat(stopped.turn(1)).isInstanceOf(Answer.Given.class);
        stop.stop(StopReason.TOLD_TO_STOP);
        Answer last = stopped.turn(1);
        while (last instanceof Answer.Given) {
            last = stopped.turn(1);
        }
        assertThat(last).isEqualTo(new Answer.Ended());
        assertThat(stopped.end()).isInstanceOfSatisfying(Killed.class, killed ->
                assertThat(killed.cause()).isEqualTo(Cause.STOPPED));
        stopped.close();
        assertThat(filesLeft()).isEmpty();
    }

    private Staying stay(String script) throws Exception {
        return stay(script, Confinement.OPEN);
    }

    private Staying stay(String script, Confinement confinement) throws Exception {
        return stay(script, confinement, Duration.ofSeconds(60));
    }

    private Staying stay(String script, Confinement confinement, Duration limit) throws Exception {
        return commands().stay(new Request("benchmark", script, tree(), Map.of(), limit, Optional.empty(),
                confinement), stop, SILENT);
    }

    private ProcessCommands commands() throws Exception {
        return new ProcessCommands(new ExecSettings(Reach.of(folder.resolve("work"), Optional.empty(), List.of(),
                List.of()), Map.of("PATH", "/usr/bin:/bin:/usr/sbin"), new SecretMask(List.of()),
                ExecSettings.Limits.DEFAULT), COMMAND_LINE);
    }

    private Path tree() throws Exception {
        return Files.createDirectories(folder.resolve("work/checkouts/tree"));
    }

    private List<Long> sizes() throws Exception {
        return List.of(Files.size(tree().resolve("child")), Files.size(tree().resolve("daemon")));
    }

    private List<Path> filesLeft() throws Exception {
        try (var files = Files.walk(folder.resolve("work"))) {
            return files.filter(Files::isRegularFile).filter(file -> !file.startsWith(folder.resolve("work/checkouts")))
                    .toList();
        }
    }
}
