package com.alphaheng.coordinator.report;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// Figures, times and lists as reports write them; the same on every machine and in every locale.
final class Wording {
    private static final DateTimeFormatter MOMENT =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private Wording() {
    }

    /// With as many digits as a measurement can carry: 231.7, 14.20, 0.831, 12,345.
    static String figure(double value) {
        double size = Math.abs(value);
        if (value == Math.rint(value) && (size >= 100 || size == 0)) {
            return String.format(Locale.ROOT, "%,.0f", value);
        }
        return String.format(Locale.ROOT, size >= 1000 ? "%,.0f" : size >= 20 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f",
                value);
    }

    /// A plain count or share has the unit 1, which nobody wants to read.
    static String unit(String unit) {
        return unit.equals("1") ? "" : unit;
    }

    static String times(double ratio) {
        return String.format(Locale.ROOT, "%.3f", ratio);
    }

    static String moment(Instant at) {
        return MOMENT.format(at);
    }

    static String duration(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds < 60) {
            return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
        }
        return seconds < 3600 ? seconds / 60 + " min " + seconds % 60 + " s"
                : seconds / 3600 + " h " + seconds % 3600 / 60 + " min";
    }

    static String commit(String commit) {
        return commit.substring(0, Math.min(12, commit.length()));
    }

    static String counted(long count, String one, String many) {
        return count + " " + (count == 1 ? one : many);
    }

    static String words(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    static String figures(Collection<Double> samples) {
        return samples.stream().map(Wording::figure).collect(Collectors.joining(" "));
    }

    /// "a, b and c".
    static String enumeration(List<String> items) {
        return items.size() < 2 ? String.join("", items)
                : String.join(", ", items.subList(0, items.size() - 1)) + " and " + items.getLast();
    }
}
