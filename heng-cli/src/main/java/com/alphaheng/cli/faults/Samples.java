package com.alphaheng.cli.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Times of one sort, apart by whether something that everybody needs was down meanwhile.
final class Samples {
    private final List<Duration> undisturbed = new ArrayList<>();
    private final List<Duration> all = new ArrayList<>();
    private Duration slowest = Duration.ZERO;
    private String slowestWhat = "";

    /// @param what that took so long, should it be the slowest
    void add(String what, Duration time, boolean disturbed) {
        all.add(time);
        if (!disturbed) {
            undisturbed.add(time);
            if (time.compareTo(slowest) > 0) {
                slowest = time;
                slowestWhat = what;
            }
        }
    }

    /// What took longest of those undisturbed; empty without any.
    String slowest() {
        return slowestWhat;
    }

    /// Seconds by which this share of the times was over; 0 without any.
    static double quantile(List<Duration> times, double share) {
        List<Duration> sorted = times.stream().sorted().toList();
        return sorted.isEmpty() ? 0
                : sorted.get((int) Math.min(sorted.size() - 1, Math.ceil(share * sorted.size()) - 1)).toMillis() / 1e3;
    }

    List<Duration> undisturbed() {
        return List.copyOf(undisturbed);
    }

    List<Duration> all() {
        return List.copyOf(all);
    }
}
