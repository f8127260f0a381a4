package com.alphaheng.worker.job.seal;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/// Inputs drawn for one verification: nobody could have prepared for them.
record ChallengePlan(List<String> lines) {
    /// Of each operation; a cheat at half of all sizes escapes six of them once in 64 times.
    private static final int OTHER_SIZES = 6;

    ChallengePlan {
        lines = List.copyOf(lines);
    }

    /// Every operation at every size, in random order: once alone, and once as two different inputs in a row, because
    /// what remembers only the last result of a size would else get away whenever another size comes between. And at a
    /// few other sizes, because what does its work at the known sizes only would get away, too.
    static ChallengePlan drawn(SealPolicy.Challenge challenge, RandomGenerator random) {
        return shuffled(challenge, random, OTHER_SIZES);
    }

    /// What suffices to see that something fails: only the sizes that are asked for each time.
    static ChallengePlan brief(SealPolicy.Challenge challenge, RandomGenerator random) {
        return shuffled(challenge, random, 0);
    }

    private static ChallengePlan shuffled(SealPolicy.Challenge challenge, RandomGenerator random, int others) {
        List<List<String>> groups = new ArrayList<>();
        for (String operation : challenge.operations()) {
            for (int size : challenge.sizes()) {
                groups.add(List.of(line(operation, size, random)));
                groups.add(List.of(line(operation, size, random), line(operation, size, random)));
            }
            List<Integer> unknown = IntStream.rangeClosed(1, challenge.largest()).boxed()
                    .filter(size -> !challenge.sizes().contains(size)).toList();
            for (int i = 0; i < others && !unknown.isEmpty(); i++) {
                groups.add(List.of(line(operation, unknown.get(random.nextInt(unknown.size())), random)));
            }
        }
        Collections.shuffle(groups, java.util.Random.from(random));
        return new ChallengePlan(groups.stream().flatMap(List::stream).toList());
    }

    private static String line(String operation, int size, RandomGenerator random) {
        return operation + " " + size + " " + random.nextLong(1L << 52);
    }

    /// One operation many times, each time on a fresh input.
    static ChallengePlan fresh(SealPolicy.Timed timed, RandomGenerator random) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < timed.count(); i++) {
            lines.add(line(timed.operation(), timed.size(), random));
        }
        return new ChallengePlan(lines);
    }

    /// As many fresh inputs of the sort of one of this plan's.
    ChallengePlan more(int index, int count, RandomGenerator random) {
        String[] words = lines.get(index).split(" ");
        return fresh(new SealPolicy.Timed(words[0], Integer.parseInt(words[1]), count), random);
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
