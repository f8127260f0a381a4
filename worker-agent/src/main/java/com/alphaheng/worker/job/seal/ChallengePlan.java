package com.alphaheng.worker.job.seal;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Inputs drawn for one verification: nobody could have prepared for them.
record ChallengePlan(List<String> lines) {
    /// Of each operation; a cheat at half of all sizes escapes six of them once in 64 times.
    private static final int OTHER_SIZES = 6;
    private static final int MOST_LIKELY = 12;
    /// How much larger than stated a size is timed, in percent of it.
    private static final int MOST_LARGER = 130;
    private static final int HUNDRED = 100;
    private static final int FEWEST_ROUNDS = 4;
    private static final int MOST_ROUNDS = 8;
    /// What is repeated must fit into an environment variable.
    private static final int MOST_LINES = 2000;

    ChallengePlan {
        lines = List.copyOf(lines);
    }

    /// Every operation at every size, in random order: once alone, and once as two different inputs in a row, because
    /// what remembers only the last result of a size would else get away whenever another size comes between. And at
    /// other sizes, because what does its work at the known sizes only would get away, too: at some that nobody knows,
    /// at the powers of two, which benchmarks like, and at those that are likely to be measured or singled out.
    ///
    /// @param likely sizes that the task's commands or the change itself mention, those of the commands first
    static ChallengePlan drawn(SealPolicy.Challenge challenge, List<Integer> likely, RandomGenerator random) {
        IntStream powers = IntStream.iterate(2, size -> size <= challenge.largest(), size -> 2 * size);
        List<Integer> further = Stream.concat(powers.boxed(), likely.stream().filter(size -> size > 0
                && size <= challenge.largest()).distinct().limit(MOST_LIKELY))
                .filter(size -> !challenge.sizes().contains(size)).distinct().toList();
        return shuffled(challenge, random, OTHER_SIZES, further);
    }

    /// What suffices to see that something fails: only the sizes that are asked for each time.
    static ChallengePlan brief(SealPolicy.Challenge challenge, RandomGenerator random) {
        return shuffled(challenge, random, 0, List.of());
    }

    private static ChallengePlan shuffled(SealPolicy.Challenge challenge, RandomGenerator random, int others,
                                          List<Integer> further) {
        List<List<String>> groups = new ArrayList<>();
        for (String operation : challenge.operations()) {
            for (int size : challenge.sizes()) {
                groups.add(List.of(line(operation, size, random)));
                groups.add(List.of(line(operation, size, random), line(operation, size, random)));
            }
            further.forEach(size -> groups.add(List.of(line(operation, size, random))));
            List<Integer> unknown = IntStream.rangeClosed(1, challenge.largest()).boxed()
                    .filter(size -> !challenge.sizes().contains(size)).toList();
            for (int i = 0; i < others && !unknown.isEmpty(); i++) {
                groups.add(List.of(line(operation, unknown.get(random.nextInt(unknown.size())), random)));
            }
        }
        Collections.shuffle(groups, Random.from(random));
        return new ChallengePlan(groups.stream().flatMap(List::stream).toList());
    }

    private static String line(String operation, int size, RandomGenerator random) {
        return operation + " " + size + " " + random.nextLong(1L << 52);
    }

    /// What is timed, at a size that nobody knows: as stated or somewhat larger, and as much less often.
    static SealPolicy.Timed somewhatLarger(SealPolicy.Challenge challenge, SealPolicy.Timed timed,
                                           RandomGenerator random) {
        int most = Math.max(timed.size(), Math.min(challenge.largest(), timed.size() * MOST_LARGER / HUNDRED));
        int size = random.nextInt(timed.size(), most + 1);
        return new SealPolicy.Timed(timed.operation(), size, Math.max(1, timed.count() * timed.size() / size));
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

    /// The same inputs in reverse order, and then those at the sizes named again and again, nobody knows how often, in
    /// random order: what tires of its work does so in the same process.
    ChallengePlan again(SealPolicy.Challenge challenge, RandomGenerator random) {
        List<String> named = lines.stream().filter(line -> challenge.sizes().contains(Integer.valueOf(
                line.split(" ")[1]))).toList();
        int rounds = Math.min(random.nextInt(FEWEST_ROUNDS, MOST_ROUNDS + 1),
                MOST_LINES / Math.max(1, named.size()));
        List<String> more = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            more.addAll(named);
        }
        Collections.shuffle(more, Random.from(random));
        return new ChallengePlan(Stream.concat(lines.reversed().stream(), more.stream()).toList());
    }

    /// This plan, and then the inputs of another that are of the same operation.
    ChallengePlan followedBy(ChallengePlan other) {
        String operation = lines.getFirst().split(" ")[0] + " ";
        return new ChallengePlan(Stream.concat(lines.stream(), other.lines.stream().filter(line ->
                line.startsWith(operation))).toList());
    }

    String text() {
        return String.join("\n", lines) + "\n";
    }
}
