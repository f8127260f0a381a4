package com.alphaheng.spec;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Durations ("1h30m"), memory sizes ("16GB") and percentages ("2%") as task files write them.
final class Quantities {
    private static final Pattern DURATION =
            Pattern.compile("(?=.)(?:([0-9]{1,6})d)?(?:([0-9]{1,6})h)?(?:([0-9]{1,6})m)?(?:([0-9]{1,6})s)?");
    private static final Pattern MEMORY = Pattern.compile("([0-9]{1,6}(?:\\.[0-9]{1,3})?)([MGT])i?B");
    private static final Pattern PERCENTAGE = Pattern.compile("([0-9]{1,4}(?:\\.[0-9]{1,6})?)%");
    private static final Map<String, Integer> SHIFTS = Map.of("M", 20, "G", 30, "T", 40);

    private Quantities() {
    }

    static Optional<Duration> duration(String text) {
        Matcher parts = DURATION.matcher(text);
        if (!parts.matches()) {
            return Optional.empty();
        }
        return Optional.of(Duration.ofDays(number(parts.group(1))).plusHours(number(parts.group(2)))
                .plusMinutes(number(parts.group(3))).plusSeconds(number(parts.group(4))));
    }

    private static long number(String digits) {
        return digits == null ? 0 : Long.parseLong(digits);
    }

    /// Bytes; GB and GiB both mean 2^30, as in "a Mac with 16 GB".
    static Optional<Long> memory(String text) {
        Matcher parts = MEMORY.matcher(text);
        if (!parts.matches()) {
            return Optional.empty();
        }
        return Optional.of(new BigDecimal(parts.group(1))
                .multiply(BigDecimal.valueOf(1L << SHIFTS.get(parts.group(2)))).longValue());
    }

    /// The fraction: "2%" is 0.02.
    static Optional<Double> percentage(String text) {
        Matcher parts = PERCENTAGE.matcher(text);
        return parts.matches() ? Optional.of(new BigDecimal(parts.group(1)).movePointLeft(2).doubleValue())
                : Optional.empty();
    }
}
