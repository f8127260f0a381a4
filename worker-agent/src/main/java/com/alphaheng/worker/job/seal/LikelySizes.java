package com.alphaheng.worker.job.seal;

import com.alphaheng.worker.job.seal.ChangedFile.AddedLine;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Sizes at which a change could be worth cheating: what the task's commands mention is what is measured, and a size
/// that the change mentions may be one that it singles out.
final class LikelySizes {
    private static final Pattern NUMBER = Pattern.compile("(?<![\\w.])\\d{1,7}(?![\\w.])");

    private LikelySizes() {
    }

    /// Those of the commands first, then those of the change in random order.
    static List<Integer> of(SealedVerification.Subject subject, RandomGenerator random) {
        List<Integer> mentioned = new ArrayList<>(subject.change().stream().flatMap(file -> file.added().stream())
                .map(AddedLine::text).flatMap(LikelySizes::numbers).distinct().toList());
        Collections.shuffle(mentioned, Random.from(random));
        return Stream.concat(Stream.concat(subject.verify().stream(), subject.measured().stream())
                .flatMap(LikelySizes::numbers), mentioned.stream()).distinct().toList();
    }

    private static Stream<Integer> numbers(String text) {
        return NUMBER.matcher(text).results().map(found -> Integer.valueOf(found.group()));
    }
}
