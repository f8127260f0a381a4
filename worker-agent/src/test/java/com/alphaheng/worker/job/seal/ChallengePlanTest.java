package com.alphaheng.worker.job.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ChallengePlanTest {
    private static final SealPolicy.Challenge CHALLENGE = new SealPolicy.Challenge("run", List.of("norm", "gemv"),
            List.of(1, 13, 64), 100, 1e-4, 0, Optional.empty());

    /// A kernel that does its work at the known sizes only must meet others, beyond the largest of them, too.
    @Test
    void everyOperationMeetsSizesThatNobodyKnows() {
        List<Integer> unknown = IntStream.range(0, 50).boxed().flatMap(draw -> ChallengePlan.drawn(CHALLENGE,
                List.of(), RandomGenerator.getDefault()).lines().stream()).filter(line -> line.startsWith("gemv "))
                .map(line -> Integer.valueOf(line.split(" ")[1])).filter(size -> !CHALLENGE.sizes().contains(size))
                .toList();
        assertThat(unknown).hasSize(50 * (6 + 5)).allMatch(size -> size > 1 && size <= 100).anyMatch(size -> size > 64)
                .anyMatch(size -> size < 13);
        assertThat(ChallengePlan.brief(CHALLENGE, RandomGenerator.getDefault()).lines()).hasSize(2 * 3 * 3)
                .allMatch(line -> line.matches("\\w+ (1|13|64) \\d+"));
        assertThat(new SealPolicy.Challenge("run", List.of("norm"), List.of(1, 13), 0, 0, 0, Optional.empty())
                .largest()).isEqualTo(13);
        assertThatThrownBy(() -> new SealPolicy.Challenge("run", List.of("norm"), List.of(1, 13), 5, 0, 0,
                Optional.empty())).hasMessageContaining("'largest' is 5, less than 13");
    }

    /// A kernel that remembers its last result by size must meet two different inputs of a size with nothing between.
    @Test
    void everyOperationMeetsTwoDifferentInputsOfEachSizeInARow() {
        for (int draw = 0; draw < 100; draw++) {
            List<String[]> lines = ChallengePlan.drawn(CHALLENGE, List.of(), RandomGenerator.getDefault()).lines()
                    .stream().map(line -> line.split(" ")).toList();
            for (String operation : CHALLENGE.operations()) {
                List<String[]> own = lines.stream().filter(words -> words[0].equals(operation)).toList();
                for (int size : CHALLENGE.sizes()) {
                    assertThat(IntStream.range(1, own.size()).anyMatch(i -> own.get(i)[1].equals("" + size)
                            && own.get(i - 1)[1].equals("" + size) && !own.get(i)[2].equals(own.get(i - 1)[2])))
                            .as("%s at %d", operation, size).isTrue();
                    assertThat(own.stream().filter(words -> words[1].equals("" + size)).count()).isEqualTo(3);
                }
            }
        }
    }

    /// A kernel that cheats only at the size that is measured must meet that one.
    @Test
    void sizesThatAreLikelyToBeMeasuredAreAmongThem() {
        SealedVerification.Subject subject = new SealedVerification.Subject(SealPolicy.DEFAULT,
                List.of(new ChangedFile("a.c", "100644", "100644", false, List.of(new ChangedFile.AddedLine(1,
                "if (n == 77 || x > 0.25 || n == 4096) v8 = 0x11;")))), List.of(), Optional.of("./check"),
                List.of("./bench --rows 96"), "base", Path.of("base"), Path.of("candidate"));
        List<Integer> likely = LikelySizes.of(subject, RandomGenerator.getDefault());
        assertThat(likely).startsWith(96).containsExactlyInAnyOrder(96, 77, 4096);
        List<String> lines = ChallengePlan.drawn(CHALLENGE, likely, RandomGenerator.getDefault()).lines();
        for (int size : List.of(2, 4, 8, 16, 32, 96, 77)) {
            assertThat(lines).anyMatch(line -> line.startsWith("gemv " + size + " "))
                    .anyMatch(line -> line.startsWith("norm " + size + " "));
        }
        assertThat(lines).noneMatch(line -> line.startsWith("gemv 4096 "));
    }

    /// What tires of its work after many calls must meet many, of inputs whose answers are known.
    @Test
    void theSameInputsAreAskedForAgainAndAgain() {
        ChallengePlan plan = ChallengePlan.drawn(CHALLENGE, List.of(), RandomGenerator.getDefault());
        List<String> again = plan.again(CHALLENGE, RandomGenerator.getDefault()).lines();
        assertThat(again.subList(0, plan.lines().size())).isEqualTo(plan.lines().reversed());
        assertThat(again.size() - plan.lines().size()).isBetween(4 * 18, 8 * 18).matches(more -> more % 18 == 0);
        assertThat(plan.lines()).containsAll(again);
    }

    @Test
    void whatIsTimedIsOfASizeThatNobodyKnows() {
        SealPolicy.Timed timed = new SealPolicy.Timed("gemv", 64, 150);
        assertThat(IntStream.range(0, 200).mapToObj(draw -> ChallengePlan.somewhatLarger(CHALLENGE, timed,
                RandomGenerator.getDefault())).map(SealPolicy.Timed::size).distinct().sorted().toList())
                .hasSizeGreaterThan(10).allMatch(size -> size >= 64 && size <= 83);
        assertThat(ChallengePlan.somewhatLarger(CHALLENGE, new SealPolicy.Timed("gemv", 100, 150),
                RandomGenerator.getDefault())).isEqualTo(new SealPolicy.Timed("gemv", 100, 150));
        ChallengePlan known = ChallengePlan.brief(CHALLENGE, RandomGenerator.getDefault());
        assertThat(ChallengePlan.fresh(timed, RandomGenerator.getDefault()).followedBy(known).lines())
                .hasSize(150 + 9).allMatch(line -> line.startsWith("gemv "));
    }

    @Test
    void oneInputHasOneAnswerInAProcessAndTheKnownOneIfItIsKnown() {
        Answers answers = new Answers(List.of(List.of(1.0), List.of(2.0), List.of(1.001)), Map.of());
        List<String> inputs = List.of("a", "b", "a");
        assertThat(answers.contradiction(inputs, Map.of(), 0.01)).isEmpty();
        assertThat(answers.contradiction(inputs, Map.of(), 1e-4)).hasValueSatisfying(place ->
                assertThat(place).startsWith("a, answer 3 of this process, [0] gives 1.001"));
        assertThat(answers.contradiction(inputs, Map.of("b", List.of(3.0)), 0.01)).isPresent();
    }

    @Test
    void noNumberIsNearInfinity() {
        double endless = Double.NEGATIVE_INFINITY;
        Answers answers = new Answers(List.of(List.of(endless), List.of(7.0)), Map.of());
        assertThat(answers.differences(List.of(List.of(endless), List.of(endless)), 0.01)).containsExactly(1);
        assertThat(answers.differences(List.of(List.of(-endless), List.of(7.0)), 0.01)).containsExactly(0);
    }
}
