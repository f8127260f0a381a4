package com.alphaheng.worker.job.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alphaheng.worker.job.Commands;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// A right change may answer a few inputs otherwise than its base does, if experts tie on them; a wrong one may not.
class UnstableInputsTest {
    private static final Path BASE = Path.of("/base");
    private static final Path CANDIDATE = Path.of("/candidate");

    private static final SourceFiles NO_FILES = new SourceFiles() {
        @Override
        public Optional<String> read(Path folder, String path) {
            return Optional.empty();
        }

        @Override
        public void write(Path folder, String path, String content) {
            throw new AssertionError("nothing is sabotaged here");
        }

        @Override
        public void remove(Path folder, String path) {
            throw new AssertionError("nothing was built here");
        }

        @Override
        public Map<String, Set<String>> imports(Path folder, Predicate<String> wanted) {
            return Map.of();
        }

        @Override
        public Map<String, String> hashes(Path folder, Predicate<String> wanted) {
            return Map.of();
        }
    };

    /// Inputs are numbered as they are first seen: three of the challenge, then those that are drawn on top.
    private final Map<String, Integer> seen = new HashMap<>();
    private int runsOfCandidate;

    private String judge(int unstable, IntPredicate differs) throws Exception {
        return judge(unstable, differs, 0);
    }

    /// @param drift what the candidate adds to such answers with each run
    private String judge(int unstable, IntPredicate differs, double drift) throws Exception {
        SealPolicy policy = new SealPolicy(List.of(), List.of("table.json"), List.of(), Optional.empty(), List.of(),
                List.of(), Optional.of(new SealPolicy.Challenge("answer", List.of("sum"), List.of(1), 0, 0.01, unstable,
                Optional.empty())));
        SealedVerification verification = new SealedVerification((source, script, folder, environment, limit) -> {
            double other = folder.equals(CANDIDATE) ? 2 + drift * runsOfCandidate++ : 1;
            String answers = environment.get("HENG_CHALLENGES").lines().map(line ->
                            seen.computeIfAbsent(line, _ -> seen.size())).map(number ->
                            "{\"values\": [" + (differs.test(number) ? other : 1) + "]}")
                    .collect(Collectors.joining(",", "{\"answers\": [", "]}"));
            return new Commands.Exited(0, List.of(), Duration.ofSeconds(1), Optional.of(answers), List.of(),
                    Optional.empty());
        }, NO_FILES, new Random(1), line -> { }, RunningCode.NONE);
        SealedVerdict verdict = verification.verify(new SealedVerification.Subject(policy, List.of(new ChangedFile(
                "table.json", "100644", "000000", false, List.of())), List.of(), Optional.empty(), List.of(),
                "base", BASE, CANDIDATE));
        return verdict instanceof SealedVerdict.Rejected rejected ? rejected.rejection().rule().word() : "accepted";
    }

    @Test
    void aRareTieIsNoWrongOutput() throws Exception {
        assertThat(judge(2, number -> number == 1)).isEqualTo("accepted");
        assertThat(seen).as("a hundred more were asked").hasSize(103);
    }

    @Test
    void whatDiffersMoreOftenIsWrong() throws Exception {
        assertThat(judge(2, number -> number == 1 || number >= 100)).isEqualTo("wrong-output");
    }

    @Test
    void twoOfTheChallengeAreWrongWithoutAsking() throws Exception {
        assertThat(judge(5, number -> number == 1 || number == 2)).isEqualTo("wrong-output");
        assertThat(seen).hasSize(3);
    }

    @Test
    void wherePolicyAllowsNoneThereIsNone() throws Exception {
        assertThat(judge(0, number -> number == 1)).isEqualTo("wrong-output");
        assertThat(seen).hasSize(3);
    }

    @Test
    void aTieIsRepeatable() throws Exception {
        assertThat(judge(2, number -> number == 1, 0.5)).isEqualTo("not-repeatable");
    }

    @Test
    void aPolicyMayNotAllowMany() {
        assertThatThrownBy(() -> judge(6, number -> false)).hasMessageContaining("'unstable' is 6");
    }
}
