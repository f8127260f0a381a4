package com.alphaheng.worker.http;

import java.net.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a provider says in its answers' headers of how much it still takes: OpenAI's `x-ratelimit-remaining-requests`
/// and `-reset-requests` (also `-tokens`), Anthropic's `anthropic-ratelimit-requests-remaining` and `-reset` (also
/// `-tokens`, `-input-tokens`, `-output-tokens`), the `ratelimit-remaining` and `-reset` of the IETF's draft, and
/// `retry-after`. Shared by all calls of an endpoint; each that begins is taken off what remains.
final class AnnouncedLimits {
    /// Limits are by the minute where nothing says when they end.
    private static final Duration USUAL = Duration.ofMinutes(1);
    /// A reset beyond that is a point in time, in seconds since 1970.
    private static final long MOST_SECONDS = 10_000_000;
    private static final Pattern SPAN = Pattern.compile(
            "(?:(\\d+)d)?(?:(\\d+)h)?(?:(\\d+)m(?!s))?(?:(\\d+(?:\\.\\d+)?)s)?(?:(\\d+(?:\\.\\d+)?)ms)?");

    /// What a limit counts, and the headers that tell of it: how much remains, and when it is whole again.
    private enum Kind {
        REQUESTS(false, "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"),
        TOKENS(true, "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"),
        ANTHROPIC_REQUESTS(false, "anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset"),
        ANTHROPIC_TOKENS(true, "anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-reset"),
        ANTHROPIC_INPUT(true, "anthropic-ratelimit-input-tokens-remaining", "anthropic-ratelimit-input-tokens-reset"),
        ANTHROPIC_OUTPUT(true, "anthropic-ratelimit-output-tokens-remaining",
                "anthropic-ratelimit-output-tokens-reset"),
        DRAFT(false, "ratelimit-remaining", "ratelimit-reset");

        private final boolean ofTokens;
        private final String remaining;
        private final String reset;

        Kind(boolean ofTokens, String remaining, String reset) {
            this.ofTokens = ofTokens;
            this.remaining = remaining;
            this.reset = reset;
        }
    }

    private record Window(long remaining, Instant until) {
    }

    private final Map<Kind, Window> windows = new EnumMap<>(Kind.class);
    private Instant notBefore = Instant.MIN;

    /// An answer came, refusal or not.
    synchronized void heard(HttpHeaders headers, Instant now) {
        for (Kind kind : Kind.values()) {
            headers.firstValue(kind.remaining).map(String::strip).filter(text -> text.matches("-?\\d{1,18}"))
                    .ifPresent(text -> windows.put(kind, new Window(Long.parseLong(text),
                            headers.firstValue(kind.reset).flatMap(reset -> instant(reset, now))
                                    .orElse(now.plus(USUAL)))));
        }
        retryAfter(headers, now).map(now::plus).filter(notBefore::isBefore).ifPresent(until -> notBefore = until);
    }

    /// How long to wait before a call of up to so many tokens; zero if it may be made now.
    synchronized Duration before(long tokens, Instant now) {
        windows.values().removeIf(window -> !now.isBefore(window.until));
        Instant free = notBefore;
        for (Map.Entry<Kind, Window> entry : windows.entrySet()) {
            long wanted = entry.getKey().ofTokens ? tokens : 1;
            if (entry.getValue().remaining < wanted && free.isBefore(entry.getValue().until)) {
                free = entry.getValue().until;
            }
        }
        return free.isAfter(now) ? Duration.between(now, free) : Duration.ZERO;
    }

    /// A call begins.
    synchronized void begun(long tokens) {
        windows.replaceAll((kind, window) -> new Window(window.remaining - (kind.ofTokens ? tokens : 1),
                window.until));
    }

    /// When the provider wants to be asked again: in seconds, or as a date.
    static Optional<Duration> retryAfter(HttpHeaders headers, Instant now) {
        return headers.firstValue("retry-after").flatMap(text -> instant(text, now))
                .map(until -> Duration.between(now, until)).filter(Duration::isPositive);
    }

    /// `17`, `1m30.5s`, `20ms`, `1795600000`, `2026-11-23T06:30:00Z` or `Mon, 23 Nov 2026 06:30:00 GMT`.
    private static Optional<Instant> instant(String value, Instant now) {
        String text = value.strip();
        if (text.matches("\\d{1,12}(\\.\\d+)?")) {
            double seconds = Double.parseDouble(text);
            return Optional.of(seconds > MOST_SECONDS ? Instant.ofEpochMilli(Math.round(1000 * seconds))
                    : now.plusMillis(Math.round(1000 * seconds)));
        }
        Matcher span = SPAN.matcher(text);
        if (!text.isEmpty() && span.matches()) {
            double seconds = 86_400 * number(span, 1) + 3600 * number(span, 2) + 60 * number(span, 3) + number(span, 4)
                    + number(span, 5) / 1000;
            return Optional.of(now.plusMillis(Math.round(1000 * seconds)));
        }
        for (DateTimeFormatter format : List.of(DateTimeFormatter.ISO_OFFSET_DATE_TIME,
                DateTimeFormatter.RFC_1123_DATE_TIME)) {
            try {
                return Optional.of(ZonedDateTime.parse(text, format).toInstant());
            } catch (DateTimeException e) {
                // The other form, then; what is neither says nothing.
            }
        }
        return Optional.empty();
    }

    private static double number(Matcher span, int group) {
        return span.group(group) == null ? 0 : Double.parseDouble(span.group(group));
    }
}
