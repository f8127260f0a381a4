package com.alphaheng.spec;

import java.time.Duration;

/// How often and how soon a failed attempt is repeated.
///
/// @param maxRetries attempts after the first, for failures that a repetition could mend
/// @param backoff    wait before the first retry; doubles with each further one
/// @param maxBackoff upper limit of that wait
/// @param jitter     share of the wait that is drawn at random, 0 to 1; null, as in logs from before it existed, means
///                   the default
public record RetryPolicy(int maxRetries, Duration backoff, Duration maxBackoff, Double jitter) {
    public static final double DEFAULT_JITTER = 0.5;
    public static final RetryPolicy DEFAULT =
            new RetryPolicy(2, Duration.ofSeconds(5), Duration.ofMinutes(5), DEFAULT_JITTER);

    public RetryPolicy {
        jitter = jitter == null ? DEFAULT_JITTER : jitter;
        if (maxRetries < 0) {
            throw new IllegalArgumentException("maxRetries must be at least 0, got " + maxRetries);
        }
    }
}
