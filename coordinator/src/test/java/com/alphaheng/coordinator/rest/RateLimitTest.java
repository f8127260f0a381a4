package com.alphaheng.coordinator.rest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RateLimitTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void aBurstThenASteadyRateForEachCaller() {
        RateLimit limit = new RateLimit(2, 3);
        for (int i = 0; i < 3; i++) {
            assertThat(limit.take("ann", 0)).isEmpty();
        }
        assertThat(limit.take("ann", 0)).hasValue(1);
        assertThat(limit.take("bob", 0)).isEmpty();
        assertThat(limit.take("ann", SECOND)).isEmpty();
        assertThat(limit.take("ann", SECOND)).isEmpty();
        assertThat(limit.take("ann", SECOND)).isPresent();
        assertThat(limit.take("ann", 100 * SECOND)).isEmpty();
        assertThat(limit.take("ann", 100 * SECOND)).isEmpty();
        assertThat(limit.take("ann", 100 * SECOND)).isEmpty();
        assertThat(limit.take("ann", 100 * SECOND)).as("never more than the burst").isPresent();
    }

    @Test
    void zeroMeansNoLimit() {
        RateLimit limit = new RateLimit(0, 0);
        for (int i = 0; i < 1000; i++) {
            assertThat(limit.take("ann", 0)).isEmpty();
        }
    }
}
