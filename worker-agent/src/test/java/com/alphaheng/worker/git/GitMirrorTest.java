package com.alphaheng.worker.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.alphaheng.worker.disk.FolderTree;
import com.alphaheng.worker.exec.CommandLine;
import com.alphaheng.worker.exec.ExecSettings;
import com.alphaheng.worker.exec.ProcessCommands;
import com.alphaheng.worker.exec.Reach;
import com.alphaheng.worker.exec.SecretMask;
import com.alphaheng.worker.job.Checkouts.Checkout;
import com.alphaheng.worker.job.EnvironmentFailure;
import com.alphaheng.worker.job.EnvironmentFailure.Code;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What crashes, bad disks and other people do to the mirror and its source.
@Tag("slow")
class GitMirrorTest {
    @TempDir
    Path temporary;
    private TestRepository repository;
    private GitCheckouts checkouts;
    private Path mirror;

    @BeforeEach
    void repository() throws Exception {
        repository = new TestRepository(temporary.resolve("source"));
        repository.write("hello.txt", "one");
        repository.commit("first");
        repository.write("large.txt", "line\n".repeat(5_000));
        repository.commit("second");
        repository.git("gc", "--quiet");
        mirror = temporary.resolve("outer/work/mirror.git");
        checkouts = new GitCheckouts(mirror.getParent(), repository.folder().toString(), Duration.ofMillis(200));
    }

    /// How a disk that was full, or lost what was written last, leaves a repository.
    private enum Damage {
        PACK_CUT_OFF, NO_PACK, INDEX_CUT_OFF, EMPTY_HEAD, EMPTY_REFERENCE, GARBAGE_IN_REFERENCES, HALF_A_CONFIGURATION,
        NO_OBJECTS
    }

    private void inflict(Damage damage) throws IOException {
        switch (damage) {
            case PACK_CUT_OFF -> replace(pack(".pack"), Files.readAllBytes(pack(".pack")), 2);
            case INDEX_CUT_OFF -> replace(pack(".idx"), Files.readAllBytes(pack(".idx")), 4);
            case NO_PACK -> FolderTree.remove(mirror.resolve("objects/pack"));
            case EMPTY_HEAD -> replace(mirror.resolve("HEAD"), new byte[1], 2);
            case EMPTY_REFERENCE -> replace(mirror.resolve("refs/heads/main"), new byte[1], 2);
            case GARBAGE_IN_REFERENCES -> replace(mirror.resolve("packed-refs"), "garbage".getBytes(), 1);
            case HALF_A_CONFIGURATION -> replace(mirror.resolve("config"), "[core".getBytes(), 1);
            case NO_OBJECTS -> FolderTree.remove(mirror.resolve("objects"));
        }
    }

    /// Another file in its place: git links the source's own packs into a clone on the same disk.
    private static void replace(Path file, byte[] content, int part) throws IOException {
        Path other = file.resolveSibling("other");
        Files.createDirectories(file.getParent());
        Files.write(other, Arrays.copyOf(content, content.length / part));
        Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
    }

    private Path pack(String ending) throws IOException {
        try (var files = Files.list(mirror.resolve("objects/pack"))) {
            return files.filter(path -> path.toString().endsWith(ending)).findFirst().orElseThrow();
        }
    }

    @ParameterizedTest
    @EnumSource(Damage.class)
    void aDamagedMirrorIsClonedAnewAndNoOtherRepositoryTouched(Damage damage) throws Exception {
        TestRepository outer = new TestRepository(temporary.resolve("outer"));
        outer.write("mine.txt", "mine");
        outer.commit("mine");
        outer.git("branch", "precious");
        String before = outer.git("for-each-ref");
        checkouts.checkout("a", Optional.empty()).close();
        inflict(damage);
        try (Checkout tip = checkouts.checkout("a", Optional.empty())) {
            assertThat(tip.folder().resolve("hello.txt")).hasContent("one");
        }
        assertThat(outer.git("for-each-ref")).isEqualTo(before);
        assertThat(outer.git("worktree", "list").lines()).hasSize(1);
    }

    @Test
    void whileOthersUseADamagedMirrorItStays() throws Exception {
        try (Checkout other = checkouts.checkout("other", Optional.empty())) {
            inflict(Damage.PACK_CUT_OFF);
            assertThatThrownBy(() -> checkouts.checkout("a", Optional.empty()))
                    .isInstanceOfSatisfying(EnvironmentFailure.class,
                            failure -> assertThat(failure.code()).isEqualTo(Code.MIRROR_DAMAGED))
                    .hasMessageContaining(mirror.toString())
                    .hasMessageContaining("cloned anew as soon as no other attempt uses it");
            assertThat(other.folder()).exists();
        }
        checkouts.checkout("a", Optional.empty()).close();
    }

    @Test
    void aLockThatNobodyHoldsIsRemoved() throws Exception {
        repository.git("branch", "gone");
        checkouts.checkout("a", Optional.empty()).close();
        repository.git("branch", "--delete", "gone");
        repository.write("hello.txt", "later");
        repository.commit("later");
        for (String lock : List.of("packed-refs.lock", "refs/heads/main.lock", "HEAD.lock", "config.lock")) {
            Files.createDirectories(mirror.resolve(lock).getParent());
            Files.createFile(mirror.resolve(lock));
        }
        try (Checkout tip = checkouts.checkout("a", Optional.empty())) {
            assertThat(tip.folder().resolve("hello.txt")).hasContent("later");
        }
        assertThat(mirror.resolve("packed-refs.lock")).doesNotExist();
        assertThat(mirror.resolve("refs/heads/main.lock")).doesNotExist();
    }

    @Test
    void whatAKilledGitLeftIsRemovedAtTheStart() throws Exception {
        checkouts.checkout("a", Optional.empty()).close();
        for (String left : List.of("HEAD.lock", "objects/pack/tmp_pack_x", "objects/tmp_objdir-incoming-x/ab/cd",
                "../mirror.git.new/HEAD")) {
            Files.createDirectories(mirror.resolve(left).normalize().getParent());
            Files.createFile(mirror.resolve(left).normalize());
        }
        checkouts.removeLeftovers();
        assertThat(mirror.resolve("HEAD.lock")).doesNotExist();
        assertThat(mirror.resolve("objects/pack/tmp_pack_x")).doesNotExist();
        assertThat(mirror.resolve("objects/tmp_objdir-incoming-x")).doesNotExist();
        assertThat(mirror.resolveSibling("mirror.git.new")).doesNotExist();
        checkouts.checkout("a", Optional.empty()).close();
    }

    @Test
    void aRewrittenSourceIsFollowed() throws Exception {
        repository.git("branch", "topic");
        String lost = repository.git("rev-parse", "HEAD");
        checkouts.checkout("a", Optional.empty()).close();
        repository.git("branch", "--delete", "topic");
        repository.git("branch", "topic/deeper");
        repository.git("reset", "--quiet", "--hard", "HEAD~1");
        repository.write("hello.txt", "otherwise");
        String rewritten = repository.commit("otherwise");
        try (Checkout tip = checkouts.checkout("a", Optional.empty());
             Checkout old = checkouts.checkout("a", Optional.of(lost))) {
            assertThat(tip.commit()).isEqualTo(rewritten);
            assertThat(old.folder().resolve("large.txt")).as("of an attempt that began before").exists();
        }
    }

    @Test
    void whileTheSourceIsAwayWhatIsKnownCanBeCheckedOut() throws Exception {
        String known = repository.git("rev-parse", "HEAD");
        checkouts.checkout("a", Optional.empty()).close();
        Path away = temporary.resolve("away");
        Files.move(repository.folder(), away);
        checkouts.checkout("a", Optional.of(known)).close();
        assertThatThrownBy(() -> checkouts.checkout("a", Optional.empty()))
                .isInstanceOfSatisfying(EnvironmentFailure.class,
                        failure -> assertThat(failure.code()).isEqualTo(Code.SOURCE_UNREACHABLE))
                .hasMessageContaining("heng.worker.source");
        Files.move(away, repository.folder());
        checkouts.checkout("a", Optional.empty()).close();
    }

    @Test
    void gitThatHangsIsKilledWithWhatItStarted() throws Exception {
        GitCommand.Result result = GitCommand.run(repository.folder(), List.of("-c", "alias.hang=!sleep 1795", "hang"),
                Duration.ofSeconds(1));
        assertThat(result.text()).isEqualTo("git -c took longer than 1 s");
        assertGone("sleep 1795");
    }

    @Test
    void gitOfAKilledWorkerEndsWithTheNextStart() throws Exception {
        ProcessCommands next = new ProcessCommands(new ExecSettings(Reach.of(mirror.getParent(), Optional.empty(),
                List.of(), List.of()), Map.of(), new SecretMask(List.of()), ExecSettings.Limits.DEFAULT),
                new CommandLine());
        Path tree = Files.createDirectories(mirror.resolveSibling("checkouts/tree"));
        Path neighbour = Files.createDirectories(temporary.resolve("outer/work2"));
        List<String> hang = List.of("-c", "alias.hang=!sleep 1796", "hang");
        CompletableFuture<GitCommand.Result> left = CompletableFuture.supplyAsync(() -> run(tree, hang));
        CompletableFuture<GitCommand.Result> others = CompletableFuture.supplyAsync(() -> run(neighbour,
                List.of("-c", "alias.hang=!sleep 2", "hang")));
        while (running("sleep 1796").isEmpty()) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        next.killLeftovers();
        assertThat(left.get(1, TimeUnit.MINUTES).ok()).isFalse();
        assertGone("sleep 1796");
        assertThat(others.get(1, TimeUnit.MINUTES).ok()).as("of a worker with a longer name").isTrue();
    }

    private static GitCommand.Result run(Path folder, List<String> arguments) {
        try {
            return GitCommand.run(folder, arguments);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<ProcessHandle> running(String line) {
        return ProcessHandle.allProcesses().filter(handle -> handle.info().commandLine().orElse("").endsWith(line))
                .filter(handle -> !handle.info().commandLine().orElse("").contains("alias")).toList();
    }

    private static void assertGone(String line) throws Exception {
        for (ProcessHandle handle : running(line)) {
            handle.onExit().get(1, TimeUnit.MINUTES);
        }
        assertThat(running(line)).isEmpty();
    }

    /// On a file system of 4 MiB (Linux, root).
    @Test
    void aFullDiskIsNamedInEachStageAndForgottenOnceThereIsSpace() throws Exception {
        Path work = Files.createDirectories(mirror.getParent());
        assumeTrue(status("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", work.toString()) == 0,
                "nothing can be mounted here");
        try {
            fill(work);
            assertFull(() -> checkouts.checkout("clone", Optional.empty()));
            Files.delete(work.resolve("ballast"));
            checkouts.checkout("a", Optional.empty()).close();
            fill(work);
            assertFull(() -> checkouts.checkout("checkout", Optional.empty()));
            Files.delete(work.resolve("ballast"));
            try (Checkout tree = checkouts.checkout("a", Optional.empty())) {
                Files.writeString(tree.folder().resolve("change.txt"), "change");
                fill(work);
                GitIntegration integration = new GitIntegration(checkouts);
                assertFull(() -> integration.record(tree.folder(), tree.commit(), "a change"));
                Files.delete(work.resolve("ballast"));
                assertThat(integration.record(tree.folder(), tree.commit(), "a change")).isPresent();
            }
        } finally {
            status("umount", "-l", work.toString());
        }
    }

    private static void assertFull(ThrowingCallable stage) {
        assertThatThrownBy(stage).isInstanceOfSatisfying(EnvironmentFailure.class,
                failure -> assertThat(failure.code()).as(failure.getMessage()).isEqualTo(Code.DISK_FULL));
    }

    private static void fill(Path folder) throws IOException {
        try (OutputStream ballast = Files.newOutputStream(folder.resolve("ballast"))) {
            while (true) {
                ballast.write(new byte[4096]);
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left");
        }
    }

    private static int status(String... command) throws Exception {
        return new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor();
    }
}
