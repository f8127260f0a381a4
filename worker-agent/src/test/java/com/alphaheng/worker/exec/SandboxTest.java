package com.alphaheng.worker.exec;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.worker.exec.ExecSettings.Limits;
import com.alphaheng.worker.job.AttemptOutput;
import com.alphaheng.worker.job.Commands.Confinement;
import com.alphaheng.worker.job.Commands.Exited;
import com.alphaheng.worker.job.Commands.Request;
import com.alphaheng.worker.job.StopSwitch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a confined command can change and see on this machine: everything is tried by real commands, and looked for on
/// the real disk afterwards.
class SandboxTest {
    private static final CommandLine COMMAND_LINE = new CommandLine();

    @TempDir
    Path temporary;
    private final List<String> lines = Collections.synchronizedList(new ArrayList<>());
    private Path home;
    private Path work;
    private Path tree;
    private Path kept;

    @BeforeEach
    void start() throws Exception {
        Assumptions.assumeTrue(COMMAND_LINE.confinesWrites(), COMMAND_LINE.isolation());
        Path real = temporary.toRealPath();
        home = Files.createDirectories(real.resolve("home"));
        work = Files.createDirectories(real.resolve("work"));
        tree = Files.createDirectories(work.resolve("checkouts/mine"));
        kept = Files.createDirectories(home.resolve(".agent"));
        Files.createDirectories(work.resolve("checkouts/other"));
        Files.createDirectories(work.resolve("mirror.git"));
        Files.createDirectories(home.resolve(".ssh"));
        Files.writeString(tree.resolve(".git"), "gitdir: the mirror\n");
        Files.writeString(work.resolve("checkouts/other/source"), "untouched\n");
        Files.writeString(work.resolve("mirror.git/config"), "untouched\n");
        Files.writeString(work.resolve("spending.jsonl"), "confidential\n");
        Files.writeString(home.resolve(".ssh/key"), "confidential\n");
        Files.writeString(home.resolve("token"), "confidential\n");
        Files.writeString(home.resolve("library.jar"), "untouched\n");
    }

    @Test
    void itsOwnFolderAndTemporaryFilesMayBeWritten() throws Exception {
        Exited exited = sealed("echo a > mine; mktemp; echo b > /tmp/b; cat mine /tmp/b $TMPDIR/b; "
                + "[ ! -d /dev/shm ] || touch /dev/shm/c; echo d > /dev/null; echo '{}' > $HENG_METRICS");
        assertThat(exited.status()).as(lines.toString()).isZero();
        assertThat(exited.metrics()).contains("{}\n");
        assertThat(tree.resolve("mine")).hasContent("a\n");
        assertThat(Path.of("/tmp/b")).doesNotExist();
        assertThat(exited.leftProcesses()).isEmpty();
    }

    /// As every process is for a moment while its program is being loaded.
    @Test
    void aDaemonWithoutACommandLineIsFoundToo() throws Exception {
        Exited exited = sealed("(setsid perl -e '$0 = \"\"; sleep 329' > /dev/null 2>&1 &); sleep 0.5");
        assertThat(exited.leftProcesses()).containsOnly("(), without a command line");
    }

    @Test
    void nothingElseIsChanged() throws Exception {
        sealed("""
                for file in ../other/source ../../mirror.git/config ../../spending.jsonl "$HOME/library.jar" .git; do
                  echo poisoned > "$file" || true
                done
                mv .git elsewhere || true
                echo poisoned > "$HOME/new" || true
                echo poisoned > ../../processes/new || true
                mkdir ../new || true
                """);
        assertThat(work.resolve("checkouts/other/source")).hasContent("untouched\n");
        assertThat(work.resolve("mirror.git/config")).hasContent("untouched\n");
        assertThat(work.resolve("spending.jsonl")).hasContent("confidential\n");
        assertThat(home.resolve("library.jar")).hasContent("untouched\n");
        assertThat(tree.resolve(".git")).hasContent("gitdir: the mirror\n");
        assertThat(home.resolve("new")).doesNotExist();
        assertThat(work.resolve("processes/new")).doesNotExist();
        assertThat(work.resolve("checkouts/new")).doesNotExist();
    }

    @Test
    void whatIsTheWorkersOwnCannotBeSeen() throws Exception {
        Exited exited = sealed("cat ../../spending.jsonl \"$HOME/.ssh/key\" \"$HOME/token\" ../other/source "
                + "|| true; ls ../..; cat ../../mirror.git/config \"$HOME/library.jar\"");
        assertThat(exited.status()).as(lines.toString()).isZero();
        assertThat(lines).noneMatch(line -> line.contains("confidential") || line.contains("spending.jsonl\n"));
        assertThat(lines.stream().filter(line -> line.equals("untouched"))).as("mirror and home").hasSize(2);
    }

    @Test
    void anAgentKeepsWhatItIsGivenAndHasTheNetwork() throws Exception {
        Exited exited = run("echo login > \"$HOME/.agent/login\"; echo poisoned > \"$HOME/library.jar\" || true; "
                + "ls /sys/class/net", new Confinement.Agent(List.of(kept, home.resolve("not there"))));
        assertThat(exited.status()).as(lines.toString()).isZero();
        assertThat(kept.resolve("login")).hasContent("login\n");
        assertThat(home.resolve("library.jar")).hasContent("untouched\n");
    }

    @Test
    void itCannotBeLeftByPrivileges() throws Exception {
        Assumptions.assumeTrue(Files.isDirectory(Path.of("/proc/self")), "these are ways of Linux");
        sealed("""
                mount -o remount,rw / || true
                umount "%1$s" || true
                unshare --user --map-root-user --mount mount -o remount,bind,rw / || true
                echo poisoned > /proc/1/root/%2$s || true
                echo poisoned > /proc/1/cwd/../other/source || true
                echo forged > /proc/1/fd/9 || true
                cat ../../spending.jsonl || true
                """.formatted(work, work.resolve("checkouts/other/source")));
        assertThat(work.resolve("checkouts/other/source")).hasContent("untouched\n");
        assertThat(lines).doesNotContain("confidential");
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).as("mounts out here").doesNotContain(
                temporary.toString());
    }

    @Test
    void aSandboxThatCannotBeSetUpIsTheMachinesFault() throws Exception {
        Assumptions.assumeTrue(COMMAND_LINE.isolation().startsWith("namespaces"), "only the one of Linux reports");
        Path report = temporary.resolve("report");
        List<String> line = new ArrayList<>(COMMAND_LINE.of("true", Confinement.SEALED, new LinuxSandbox.Place(tree,
                Files.createDirectories(work.resolve("job/tmp")).getParent(), reach()), report, 1 << 20));
        line.replaceAll(argument -> argument.startsWith("folder=") ? "folder=/no/such/folder" : argument);
        Process process = new ProcessBuilder(line).inheritIO().start();
        assertThat(process.waitFor()).isEqualTo(125);
        assertThat(report).content().startsWith(LinuxSandbox.FAILURE + "folder /no/such/folder: No such file");
    }

    private Reach reach() {
        return Reach.of(work, Optional.of(home), List.of(home.resolve(".ssh"), home.resolve("token"),
                home.resolve("not there")), List.of());
    }

    private Exited sealed(String script) throws Exception {
        return run(script, Confinement.SEALED);
    }

    private Exited run(String script, Confinement confinement) throws Exception {
        AttemptOutput output = new AttemptOutput() {
            @Override
            public void line(String source, String text) {
                lines.add(text);
            }

            @Override
            public void close() {
                lines.add("closed");
            }
        };
        ProcessCommands commands = new ProcessCommands(new ExecSettings(reach(), Map.of("PATH",
                "/usr/bin:/bin:/usr/sbin:/sbin", "HOME", home.toString()), new SecretMask(List.of()), Limits.DEFAULT),
                COMMAND_LINE);
        return (Exited) commands.run(new Request("verify", script, tree, Map.of(), Duration.ofMinutes(1),
                Optional.empty(), confinement), new StopSwitch(), output);
    }
}
