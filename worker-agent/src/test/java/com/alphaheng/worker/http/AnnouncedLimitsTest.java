package com.alphaheng.worker.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What providers announce, by header.
class AnnouncedLimitsTest {
    private static final Instant NOW = Instant.parse("2026-11-23T06:30:00Z");

    private final AnnouncedLimits limits = new AnnouncedLimits();

    private void hears(String... namesAndValues) {
        Map<String, List<String>> headers = new TreeMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.put(namesAndValues[i], List.of(namesAndValues[i + 1]));
        }
        limits.heard(HttpHeaders.of(headers, (name, value) -> true), NOW);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "x-ratelimit-remaining-requests | x-ratelimit-reset-requests | 8.64s | 8640",
        "x-ratelimit-remaining-requests | x-ratelimit-reset-requests | 6m0s | 360000",
        "x-ratelimit-remaining-requests | x-ratelimit-reset-requests | 20ms | 20",
        "x-ratelimit-remaining-requests | x-ratelimit-reset-requests | 1h2m3s | 3723000",
        "x-ratelimit-remaining-requests | x-ratelimit-reset-requests | soon | 60000",
        "X-RateLimit-Remaining-Tokens | X-RateLimit-Reset-Tokens | 12 | 12000",
        "anthropic-ratelimit-requests-remaining | anthropic-ratelimit-requests-reset | 2026-11-23T06:30:41Z | 41000",
        "anthropic-ratelimit-tokens-remaining | anthropic-ratelimit-tokens-reset | 2026-11-23T06:30:41Z | 41000",
        "anthropic-ratelimit-input-tokens-remaining | anthropic-ratelimit-input-tokens-reset"
            + " | 2026-11-23T07:30:41+01:00 | 41000",
        "anthropic-ratelimit-output-tokens-remaining | anthropic-ratelimit-output-tokens-reset | 41 | 41000",
        "ratelimit-remaining | ratelimit-reset | 1795415405 | 5000"})
    void whenNothingRemainsTheNextCallWaitsForTheReset(String remaining, String reset, String value, long millis) {
        hears(remaining, "0", reset, value);
        assertThat(limits.before(100, NOW)).isEqualTo(Duration.ofMillis(millis));
        assertThat(limits.before(100, NOW.plusMillis(millis))).isZero();
    }

    @Test
    void asLongAsEnoughRemainsNobodyWaits() {
        hears("x-ratelimit-remaining-requests", "1", "x-ratelimit-reset-requests", "30s",
                "x-ratelimit-remaining-tokens", "500", "x-ratelimit-reset-tokens", "10s");
        assertThat(limits.before(500, NOW)).isZero();
        assertThat(limits.before(501, NOW)).isEqualTo(Duration.ofSeconds(10));
        limits.begun(200);
        assertThat(limits.before(10, NOW)).as("the one call is under way").isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void theLastAnswerCounts() {
        hears("x-ratelimit-remaining-requests", "0", "x-ratelimit-reset-requests", "30s");
        hears("x-ratelimit-remaining-requests", "7", "x-ratelimit-reset-requests", "30s");
        assertThat(limits.before(10, NOW)).isZero();
    }

    @Test
    void retryAfterIsInSecondsOrADate() {
        hears("Retry-After", "17");
        assertThat(limits.before(1, NOW)).isEqualTo(Duration.ofSeconds(17));
        hears("Retry-After", "Mon, 23 Nov 2026 06:31:00 GMT");
        assertThat(limits.before(1, NOW)).isEqualTo(Duration.ofMinutes(1));
        hears("Retry-After", "whenever");
        assertThat(limits.before(1, NOW)).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void aProviderThatSaysNothingIsNotWaitedFor() {
        hears("content-type", "application/json", "x-ratelimit-remaining-requests", "many");
        assertThat(limits.before(1_000_000, NOW)).isZero();
    }
}
