package com.alphaheng.worker.job.agent;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Which backend takes the next run: the task's order of preference, without those whose circuit is open, who are at
/// their rate limit or have too many runs in flight. Shared by all attempts of a worker.
public final class AgentRouter {
    /// Failures in a row after which a backend rests.
    static final int FAILURES_TO_OPEN = 3;
    static final Duration FIRST_REST = Duration.ofMinutes(1);
    static final Duration LONGEST_REST = Duration.ofHours(1);

    /// How long to wait before asking again whether a run has ended.
    private static final Duration LOOK = Duration.ofSeconds(5);

    private final Map<String, Health> backends = new LinkedHashMap<>();

    private static final class Health {
        private final BackendLimits limits;
        private final Pace pace;
        private int running;
        private int failuresInARow;
        private Duration rest = FIRST_REST;
        private Instant restUntil = Instant.MIN;
        private String restReason = "";

        Health(BackendLimits limits) {
            this.limits = limits;
            this.pace = new Pace(limits.runsPerMinute());
        }
    }

    /// @param limits by name, in the worker's own order of preference
    public AgentRouter(Map<String, BackendLimits> limits) {
        limits.forEach((name, limit) -> backends.put(name, new Health(limit)));
    }

    /// A backend to start now, or why there is none.
    public sealed interface Choice {
        record Use(String name) implements Choice {
        }

        /// @param why   one reason per backend that was not tried before; empty if all were
        /// @param again when a healthy one that is only at a limit of this worker may be free; empty if there is none
        record Nobody(String why, Optional<Duration> again) implements Choice {
        }
    }

    /// Chooses a backend and counts it as running until [#ended].
    ///
    /// @param preferred the task's order; empty means the worker's
    /// @param tried     backends that already failed in this attempt
    public synchronized Choice start(List<String> preferred, Set<String> tried, Instant now) {
        List<String> why = new ArrayList<>();
        Optional<Duration> again = Optional.empty();
        List<String> asked = preferred.isEmpty() ? List.copyOf(backends.keySet()) : preferred;
        for (String name : asked) {
            if (tried.contains(name)) {
                continue;
            }
            Optional<Obstacle> obstacle = obstacle(name, now);
            if (obstacle.isEmpty()) {
                Health health = backends.get(name);
                health.pace.start(now);
                health.running++;
                return new Choice.Use(name);
            }
            why.add(name + ": " + obstacle.get().why());
            again = Stream.concat(again.stream(), obstacle.get().gone().stream()).min(Comparator.naturalOrder());
        }
        return new Choice.Nobody(asked.isEmpty() ? "no backend is configured" : String.join("; ", why), again);
    }

    /// @param failure empty if the run did what was asked
    public synchronized void ended(String name, Optional<AgentRun.Failed> failure, Instant now) {
        Health health = backends.get(name);
        health.running--;
        if (failure.isEmpty() || !failure.get().failure().countsAgainstBackend()) {
            health.failuresInARow = 0;
            health.rest = FIRST_REST;
            return;
        }
        health.failuresInARow++;
        AgentFailure kind = failure.get().failure();
        boolean atOnce = kind == AgentFailure.RATE_LIMIT || kind == AgentFailure.AUTH;
        if (atOnce || health.failuresInARow >= FAILURES_TO_OPEN) {
            Duration asked = failure.get().retryAfter().orElse(health.rest);
            health.restUntil = now.plus(asked.compareTo(LONGEST_REST) > 0 ? LONGEST_REST : asked);
            health.restReason = kind.word();
            Duration doubled = health.rest.multipliedBy(2);
            health.rest = doubled.compareTo(LONGEST_REST) > 0 ? LONGEST_REST : doubled;
        }
    }

    /// @param gone when it may be gone, for what is no fault of the backend
    private record Obstacle(String why, Optional<Duration> gone) {
        static Optional<Obstacle> lasting(String why) {
            return Optional.of(new Obstacle(why, Optional.empty()));
        }
    }

    private Optional<Obstacle> obstacle(String name, Instant now) {
        Health health = backends.get(name);
        if (health == null) {
            return Obstacle.lasting("not configured on this worker");
        }
        if (now.isBefore(health.restUntil)) {
            return Obstacle.lasting("rests until " + health.restUntil + " after " + health.restReason);
        }
        if (health.running >= health.limits.atOnce()) {
            return Optional.of(new Obstacle(health.running + " runs in flight", Optional.of(LOOK)));
        }
        Duration wait = health.pace.wait(now);
        return wait.isZero() ? Optional.empty() : Optional.of(new Obstacle("at its limit of "
                + health.limits.runsPerMinute().orElseThrow() + " runs a minute", Optional.of(wait)));
    }
}
