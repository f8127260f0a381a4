package com.alphaheng.worker.git;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.worker.job.Checkouts.Checkout;
import com.alphaheng.worker.job.Integration.Later;
import com.alphaheng.worker.job.Integration.TakenBack;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Changes that others were built on: who is in the way is named by the lines that it changed, wherever these went.
class TakeBackTest {
    @TempDir
    Path temporary;
    private TestRepository repository;
    private GitCheckouts checkouts;
    private List<String> lines;
    private String first;

    /// A file of 60 lines; the first change is of its lines 20 and 21.
    @BeforeEach
    void firstChange() throws Exception {
        repository = new TestRepository(temporary.resolve("source"));
        checkouts = new GitCheckouts(temporary.resolve("work"), repository.folder().toString());
        lines = new ArrayList<>(IntStream.rangeClosed(1, 60).mapToObj(i -> "line " + i).toList());
        save("base");
        first = change("first", 20, "a", "b");
    }

    private String save(String message) throws Exception {
        repository.write("kernel.c", String.join("\n", lines) + "\n");
        return repository.commit(message);
    }

    private String change(String message, int number, String... contents) throws Exception {
        for (int i = 0; i < contents.length; i++) {
            lines.set(number - 1 + i, contents[i]);
        }
        return save(message);
    }

    private TakenBack takeBack(String commit) throws Exception {
        try (Checkout tree = checkouts.checkout("t", Optional.empty())) {
            return new GitIntegration(checkouts).takeBack(tree.folder(), commit);
        }
    }

    private static TakenBack builtOn(Later... later) {
        return new TakenBack.BuiltOn(List.of("kernel.c"), List.of(later));
    }

    @Test
    void changesElsewhereInTheFileAreNotInTheWay() throws Exception {
        change("elsewhere", 40, "x");
        assertThat(takeBack(first)).isEqualTo(new TakenBack.Done());
    }

    @Test
    void onlyChangesOfTheSameLinesAreNamedTheNewestFirstWhereverTheyMoved() throws Exception {
        String task = change("fuse\n\nTask: c/fuse 0123456789abcdef", 21, "c");
        change("elsewhere", 40, "x");
        lines.addAll(0, IntStream.range(0, 25).mapToObj(i -> "above " + i).toList());
        save("above");
        String moved = change("moved", 45, "d");
        change("where the lines were", 21, "y");
        assertThat(takeBack(first)).isEqualTo(builtOn(new Later(moved, "moved", false), new Later(task, "fuse", true)));
    }

    @Test
    void aNeighbouringLineIsInTheWayAsGitHasIt() throws Exception {
        String next = change("next line", 22, "x");
        assertThat(takeBack(first)).isEqualTo(builtOn(new Later(next, "next line", false)));
    }

    @Test
    void whatChangedLinesThatAnotherHadAddedToTheChangeIsNamedToo() throws Exception {
        lines.addAll(20, List.of("new 1", "new 2", "new 3", "new 4"));
        String within = save("within");
        String onTop = change("on top", 23, "x");
        assertThat(takeBack(first)).isEqualTo(builtOn(new Later(onTop, "on top", false), new Later(within, "within",
                false)));
    }

    @Test
    void whatWasTakenBackItselfIsNotInTheWay() throws Exception {
        String gone = change("gone", 20, "c");
        change("revert gone\n\nThis reverts commit " + gone + ".", 20, "a");
        assertThat(takeBack(first)).isEqualTo(new TakenBack.Done());
        String stays = change("stays", 20, "d");
        assertThat(takeBack(first)).isEqualTo(builtOn(new Later(stays, "stays", false)));
    }

    @Test
    void aFileThatTheChangeMadeAndAnotherChangedIsNamedAlsoIfItIsNoText() throws Exception {
        Files.write(repository.folder().resolve("table.bin"), new byte[] {0, 1, 2});
        String made = repository.commit("made");
        Files.write(repository.folder().resolve("table.bin"), new byte[] {0, 1, 3});
        String changed = repository.commit("changed");
        assertThat(takeBack(made)).isEqualTo(new TakenBack.BuiltOn(List.of("table.bin"), List.of(new Later(changed,
                "changed", false))));
    }

    @Test
    void aChangeThatCameByAMergeNamesTheFilesOnly() throws Exception {
        repository.git("checkout", "--quiet", "-b", "side");
        String side = change("on the side", 40, "x");
        repository.git("checkout", "--quiet", "main");
        repository.git("merge", "--quiet", "--no-ff", "--message", "merge", "side");
        change("after the merge", 40, "y");
        assertThat(takeBack(side)).isEqualTo(builtOn());
    }

    @Test
    void whatIsNotThereOrGoneAlreadyIsSaid() throws Exception {
        assertThat(takeBack("0123456789".repeat(4))).isEqualTo(new TakenBack.Refused(
                "it is not among what led to the commit that is checked out"));
        change("by hand", 20, "line 20", "line 21");
        assertThat(takeBack(first)).isEqualTo(new TakenBack.Already());
    }
}
