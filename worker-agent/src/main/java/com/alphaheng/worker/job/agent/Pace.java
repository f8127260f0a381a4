package com.alphaheng.worker.job.agent;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalInt;

/// At most so many starts in any minute.
final class Pace {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final OptionalInt perMinute;
    /// In order, the last ones possibly still to come.
    private final Deque<Instant> starts = new ArrayDeque<>();

    /// @param perMinute empty means as many as come
    Pace(OptionalInt perMinute) {
        this.perMinute = perMinute;
    }

    /// How long one that comes now has to wait; zero if it may start at once.
    synchronized Duration wait(Instant now) {
        while (!starts.isEmpty() && !starts.peekFirst().isAfter(now.minus(MINUTE))) {
            starts.removeFirst();
        }
        if (perMinute.isEmpty() || starts.size() < perMinute.getAsInt()) {
            return Duration.ZERO;
        }
        Instant free = starts.stream().skip((long) starts.size() - perMinute.getAsInt()).findFirst().orElseThrow()
                .plus(MINUTE);
        return Duration.between(now, free);
    }

    /// Counts one that starts once it has waited.
    ///
    /// @return how long it has to wait
    synchronized Duration start(Instant now) {
        Duration wait = wait(now);
        if (perMinute.isPresent()) {
            starts.addLast(now.plus(wait));
        }
        return wait;
    }
}
