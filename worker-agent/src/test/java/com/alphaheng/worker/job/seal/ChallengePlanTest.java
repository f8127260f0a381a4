package com.alphaheng.worker.job.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
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
                RandomGenerator.getDefault()).lines().stream()).filter(line -> line.startsWith("gemv "))
                .map(line -> Integer.valueOf(line.split(" ")[1])).filter(size -> !CHALLENGE.sizes().contains(size))
                .toList();
        assertThat(unknown).hasSize(50 * 6).allMatch(size -> size > 1 && size <= 100).anyMatch(size -> size > 64)
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
            List<String[]> lines = ChallengePlan.drawn(CHALLENGE, RandomGenerator.getDefault()).lines().stream()
                    .map(line -> line.split(" ")).toList();
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
}
