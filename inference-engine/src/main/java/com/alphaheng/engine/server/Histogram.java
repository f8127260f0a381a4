package com.alphaheng.engine.server;

import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;

/// Durations by size, as Prometheus counts them. Thread-safe.
final class Histogram {

    private final double[] bounds;
    private final LongAdder[] counts;
    private final LongAdder nanos = new LongAdder();

    /// @param bounds upper bounds of the buckets in seconds, ascending
    Histogram(double... bounds) {
        this.bounds = bounds;
        this.counts = new LongAdder[bounds.length + 1];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = new LongAdder();
        }
    }

    void add(long duration) {
        int bucket = 0;
        while (bucket < bounds.length && duration > bounds[bucket] * 1e9) {
            bucket++;
        }
        counts[bucket].increment();
        nanos.add(duration);
    }

    void write(String name, String help, StringBuilder out) {
        out.append("# HELP ").append(name).append(' ').append(help).append('\n');
        out.append("# TYPE ").append(name).append(" histogram\n");
        long total = 0;
        for (int i = 0; i < counts.length; i++) {
            total += counts[i].sum();
            String bound = i == bounds.length ? "+Inf" : Double.toString(bounds[i]);
            out.append(name).append("_bucket{le=\"").append(bound).append("\"} ").append(total).append('\n');
        }
        out.append(String.format(Locale.ROOT, "%s_sum %.9f\n", name, nanos.sum() / 1e9));
        out.append(name).append("_count ").append(total).append('\n');
    }
}
