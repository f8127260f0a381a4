package com.alphaheng.worker.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alphaheng.worker.job.Checkouts.Checkout;
import com.alphaheng.worker.job.EnvironmentFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GitCheckoutsTest {
    @TempDir
    Path temporary;
    private TestRepository repository;
    private GitCheckouts checkouts;

    @BeforeEach
    void repository() throws Exception {
        repository = new TestRepository(temporary.resolve("source"));
        repository.write("hello.txt", "one");
        checkouts = new GitCheckouts(temporary.resolve("work"), repository.folder().toString());
    }

    @Test
    void theTipOrACommitIsCheckedOutAndCollected() throws Exception {
        String first = repository.commit("first");
        repository.write("hello.txt", "two");
        String second = repository.commit("second");
        try (Checkout tip = checkouts.checkout("campaign/task#1", Optional.empty());
             Checkout old = checkouts.checkout("campaign/task#1", Optional.of(first))) {
            assertThat(tip.commit()).isEqualTo(second);
            assertThat(tip.folder().resolve("hello.txt")).hasContent("two");
            assertThat(old.commit()).isEqualTo(first);
            assertThat(old.folder().resolve("hello.txt")).hasContent("one");
        }
        assertNothingLeft();
    }

    @Test
    void aCommitMadeLaterIsFetched() throws Exception {
        repository.commit("first");
        checkouts.checkout("a", Optional.empty()).close();
        repository.write("hello.txt", "later");
        String later = repository.commit("later");
        try (Checkout tip = checkouts.checkout("a", Optional.empty());
             Checkout named = checkouts.checkout("a", Optional.of(later.substring(0, 12)))) {
            assertThat(tip.folder().resolve("hello.txt")).hasContent("later");
            assertThat(named.commit()).isEqualTo(later);
        }
    }

    @Test
    void aCheckoutThatTheJobMadeReadOnlyIsCollectedAllTheSame() throws Exception {
        repository.commit("first");
        try (Checkout tip = checkouts.checkout("a", Optional.empty())) {
            Path deep = Files.createDirectories(tip.folder().resolve("a/b"));
            Files.writeString(deep.resolve("c"), "x");
            deep.toFile().setWritable(false);
        }
        assertNothingLeft();
    }

    @Test
    void whatAKilledWorkerLeftIsRemovedAtTheStart() throws Exception {
        repository.commit("first");
        checkouts.checkout("left", Optional.empty());
        GitCheckouts next = new GitCheckouts(temporary.resolve("work"), repository.folder().toString());
        assertThat(next.removeLeftovers()).isEqualTo(1);
        assertNothingLeft();
        next.checkout("again", Optional.empty()).close();
    }

    @Test
    void manyAtOnceDoNotDisturbOneAnother() throws Exception {
        repository.commit("first");
        List<Thread> threads = new ArrayList<>();
        List<Throwable> failures = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                try {
                    for (int round = 0; round < 3; round++) {
                        checkouts.checkout("same label", Optional.empty()).close();
                    }
                } catch (EnvironmentFailure | RuntimeException e) {
                    synchronized (failures) {
                        failures.add(e);
                    }
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failures).isEmpty();
        assertNothingLeft();
    }

    @Test
    void errorsNameThePlaceAndTheRemedy() throws Exception {
        repository.commit("first");
        assertThatThrownBy(() -> checkouts.checkout("a", Optional.of("0123456789012345678901234567890123456789")))
                .isInstanceOf(EnvironmentFailure.class)
                .hasMessageContaining("0123456789012345678901234567890123456789").hasMessageContaining("push it there");
        assertThatThrownBy(() -> checkouts.checkout("a", Optional.of("--help")))
                .isInstanceOf(EnvironmentFailure.class).hasMessageContaining("--help");
        assertThatThrownBy(() -> new GitCheckouts(temporary.resolve("w2"), temporary.resolve("nothing").toString())
                .checkout("a", Optional.empty()))
                .isInstanceOf(EnvironmentFailure.class).hasMessageContaining("heng.worker.source");
    }

    private void assertNothingLeft() throws Exception {
        try (var left = Files.list(temporary.resolve("work/checkouts"))) {
            assertThat(left.toList()).isEmpty();
        }
        assertThat(GitCommand.run(temporary.resolve("work/mirror.git"), List.of("worktree", "list")).text().lines())
                .as("only the mirror itself").hasSize(1);
    }
}
