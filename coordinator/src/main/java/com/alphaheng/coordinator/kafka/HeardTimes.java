package com.alphaheng.coordinator.kafka;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/// When reports reached the broker, by the broker's clock alone, and how long each worker had been silent at the last
/// of them.
///
/// A stretch in which nobody at all was heard from says nothing about any of them: the broker was away, as a rule, and
/// its return finds some workers before others. So it does not count as silence.
final class HeardTimes {
    /// More than the 3 s between two heartbeats.
    private static final Duration LONGEST_COUNTED = Duration.ofSeconds(4);

    private final Map<String, Instant> last = new HashMap<>();
    private final TreeSet<Instant> all = new TreeSet<>();

    void heard(String worker, Instant at) {
        last.merge(worker, at, (one, other) -> one.isAfter(other) ? one : other);
        all.add(at);
    }

    /// How long each worker had been silent when the last report came.
    Map<String, Duration> silent() {
        Map<Instant, Duration> since = counted();
        Map<String, Duration> silent = new HashMap<>();
        last.forEach((worker, at) -> silent.put(worker, since.get(at)));
        return silent;
    }

    /// From the first report to the last: those never heard have been silent for longer. Zero without any.
    Duration span() {
        return all.isEmpty() ? Duration.ZERO : counted().get(all.first());
    }

    /// The longest stretch up to this time in which nobody was heard, if it does not count; otherwise zero.
    Duration outage(Instant now) {
        Duration longest = Duration.ZERO;
        Instant later = now;
        for (Instant at : all.descendingSet()) {
            Duration stretch = Duration.between(at, later);
            longest = stretch.compareTo(longest) > 0 ? stretch : longest;
            later = at;
        }
        return longest.compareTo(LONGEST_COUNTED) > 0 ? longest : Duration.ZERO;
    }

    private Map<Instant, Duration> counted() {
        Map<Instant, Duration> since = new HashMap<>();
        Duration sum = Duration.ZERO;
        Instant later = null;
        for (Instant at : all.descendingSet()) {
            Duration stretch = later == null ? Duration.ZERO : Duration.between(at, later);
            sum = stretch.compareTo(LONGEST_COUNTED) > 0 ? sum : sum.plus(stretch);
            since.put(at, sum);
            later = at;
        }
        return since;
    }
}
