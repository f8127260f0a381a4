package com.alphaheng.worker.job.seal;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;

/// Inputs drawn for one verification: nobody could have prepared for them.
record ChallengePlan(List<String> lines) {
    private static final int SEEDS_EACH = 2;

    ChallengePlan {
        lines = List.copyOf(lines);
    }

    /// Every operation at every size, twice with different seeds, in random order.
    static ChallengePlan drawn(SealPolicy.Challenge challenge, RandomGenerator random) {
        List<String> lines = new ArrayList<>();
        for (String operation : challenge.operations()) {
            for (int size : challenge.sizes()) {
                for (int i = 0; i < SEEDS_EACH; i++) {
                    lines.add(operation + " " + size + " " + random.nextLong(1L << 52));
                }
            }
        }
        Collections.shuffle(lines, java.util.Random.from(random));
        return new ChallengePlan(lines);
    }

    /// One operation many times, each time on a fresh input.
    static ChallengePlan fresh(SealPolicy.Timed timed, RandomGenerator random) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < timed.count(); i++) {
            lines.add(timed.operation() + " " + timed.size() + " " + random.nextLong(1L << 52));
        }
        return new ChallengePlan(lines);
    }

    /// The first input of this plan as often as the plan is long.
    ChallengePlan repeated() {
        return new ChallengePlan(Collections.nCopies(lines.size(), lines.getFirst()));
    }

    ChallengePlan reversed() {
        return new ChallengePlan(lines.reversed());
    }

    String text() {
        return String.join("\n", lines) + "\n";
    }
}
