package com.alphaheng.worker.job.agent;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Which backend takes the next run: the task's order of preference, without those whose circuit is open, who are at
/// their rate limit or have too many runs in flight. Shared by all attempts of a worker.
public final class AgentRouter {
    /// Failures in a row after which a backend rests.
    static final int FAILURES_TO_OPEN = 3;
    static final Duration FIRST_REST = Duration.ofMinutes(1);
    static final Duration LONGEST_REST = Duration.ofHours(1);

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final Map<String, Health> backends = new LinkedHashMap<>();

    private static final class Health {
        private final BackendLimits limits;
        private final Deque<Instant> starts = new ArrayDeque<>();
        private int running;
        private int failuresInARow;
        private Duration rest = FIRST_REST;
        private Instant restUntil = Instant.MIN;
        private String restReason = "";

        Health(BackendLimits limits) {
            this.limits = limits;
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

        /// @param why one reason per backend
        record Nobody(String why) implements Choice {
        }
    }

    /// Chooses a backend and counts it as running until [#ended].
    ///
    /// @param preferred the task's order; empty means the worker's
    /// @param tried     backends that already failed in this attempt
    public synchronized Choice start(List<String> preferred, Set<String> tried, Instant now) {
        List<String> why = new ArrayList<>();
        for (String name : preferred.isEmpty() ? List.copyOf(backends.keySet()) : preferred) {
            Optional<String> obstacle = obstacle(name, tried, now);
            if (obstacle.isEmpty()) {
                Health health = backends.get(name);
                health.starts.addLast(now);
                health.running++;
                return new Choice.Use(name);
            }
            why.add(name + ": " + obstacle.get());
        }
        return new Choice.Nobody(why.isEmpty() ? "no backend is configured" : String.join("; ", why));
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

    private Optional<String> obstacle(String name, Set<String> tried, Instant now) {
        Health health = backends.get(name);
        if (health == null) {
            return Optional.of("not configured on this worker");
        }
        if (tried.contains(name)) {
            return Optional.of("failed in this attempt");
        }
        if (now.isBefore(health.restUntil)) {
            return Optional.of("rests until " + health.restUntil + " after " + health.restReason);
        }
        if (health.running >= health.limits.atOnce()) {
            return Optional.of(health.running + " runs in flight");
        }
        while (!health.starts.isEmpty() && !health.starts.peekFirst().isAfter(now.minus(MINUTE))) {
            health.starts.removeFirst();
        }
        boolean full = health.limits.runsPerMinute().isPresent()
                && health.starts.size() >= health.limits.runsPerMinute().getAsInt();
        return full ? Optional.of("at its limit of " + health.limits.runsPerMinute().getAsInt() + " runs a minute")
                : Optional.empty();
    }
}
