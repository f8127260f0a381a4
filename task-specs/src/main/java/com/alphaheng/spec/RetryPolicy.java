package com.alphaheng.spec;

import java.time.Duration;

/// How often and how soon a failed attempt is repeated.
///
/// @param maxRetries attempts after the first, for failures that a repetition could mend
/// @param backoff    wait before the first retry; doubles with each further one
/// @param maxBackoff upper limit of that wait
public record RetryPolicy(int maxRetries, Duration backoff, Duration maxBackoff) {
    public static final RetryPolicy DEFAULT = new RetryPolicy(2, Duration.ofSeconds(5), Duration.ofMinutes(5));

    public RetryPolicy {
        if (maxRetries < 0) {
            throw new IllegalArgumentException("maxRetries must be at least 0, got " + maxRetries);
        }
    }
}
