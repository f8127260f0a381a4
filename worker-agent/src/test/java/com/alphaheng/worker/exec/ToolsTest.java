package com.alphaheng.worker.exec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What is missing is named with what follows and what to do.
class ToolsTest {
    private static List<Tools.Missing> without(boolean linux, String... programs) {
        return Tools.missing(program -> Stream.of(programs).noneMatch(program::equals), linux);
    }

    @Test
    void whereEverythingIsThereNothingIsSaid() {
        assertThat(without(true)).isEmpty();
    }

    @Test
    void withoutBashOrGitThereIsNoWorker() {
        assertThat(without(true, "git", "bash")).allMatch(Tools.Missing::needed).map(Tools.Missing::describe)
                .containsExactly("there is no bash on this worker's PATH, and every command of a task runs in it: "
                        + "install it (Debian: apt-get install bash)",
                        "there is no git on this worker's PATH, and every attempt begins with a checkout: install it "
                        + "(macOS: xcode-select --install; Debian: apt-get install git)");
    }

    @Test
    void withoutTheOthersItIsWorse() {
        assertThat(without(true, "perl", "cc", "unshare")).noneMatch(Tools.Missing::needed)
                .map(Tools.Missing::describe).satisfiesExactly(
                    compiler -> assertThat(compiler).startsWith("there is no C compiler (cc) on this worker's PATH, so "
                            + "marlin runs slower, without its C kernels").contains("apt-get install gcc"),
                    unshare -> assertThat(unshare).contains("no unshare", "network", "util-linux"),
                    perl -> assertThat(perl).contains("no perl", "may write", "perl-base"));
    }

    @Test
    void onlyLinuxConfinesByThem() {
        assertThat(without(false, "perl", "unshare")).isEmpty();
    }

    @Test
    void programsAreLookedForWhereTheyWouldBeStarted() {
        assertThat(Tools.isThere("bash")).isTrue();
        assertThat(Tools.isThere("no-such-program")).isFalse();
        assertThat(Tools.missing()).noneMatch(Tools.Missing::needed);
    }

    @Test
    void howCommandsAreConfinedIsGoodOrSaysWhatWouldHelp() {
        CommandLine commandLine = new CommandLine();
        assertThat(commandLine.weakness().isEmpty()).isEqualTo(commandLine.confinesWrites());
        commandLine.weakness().ifPresent(why -> assertThat(why).matches("what changes are verified with .*: .+"));
    }
}
