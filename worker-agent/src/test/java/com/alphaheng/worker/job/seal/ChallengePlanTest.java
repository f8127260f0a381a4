package com.alphaheng.worker.job.seal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ChallengePlanTest {
    private static final SealPolicy.Challenge CHALLENGE = new SealPolicy.Challenge("run", List.of("norm", "gemv"),
            List.of(1, 13, 64), 1e-4, 0, Optional.empty());

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
