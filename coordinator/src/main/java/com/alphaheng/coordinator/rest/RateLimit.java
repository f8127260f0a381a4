package com.alphaheng.coordinator.rest;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;

/// A token bucket per caller: so many requests at once after a rest, so many a second for ever.
final class RateLimit {
    /// Who was silent for longest is forgotten first, and then has a full bucket: harmless.
    private static final int CALLERS_KEPT = 10_000;

    private final int perSecond;
    private final int burst;
    private final Map<String, Bucket> buckets = new LinkedHashMap<>(64, 0.75f, true);

    private static final class Bucket {
        private double left;
        private long since;
    }

    /// @param perSecond 0 means no limit
    RateLimit(int perSecond, int burst) {
        this.perSecond = perSecond;
        this.burst = burst;
    }

    /// Takes one request. If there are too many: the seconds after which to try again.
    synchronized OptionalInt take(String caller, long nanos) {
        if (perSecond <= 0) {
            return OptionalInt.empty();
        }
        Bucket bucket = buckets.computeIfAbsent(caller, name -> {
            Bucket full = new Bucket();
            full.left = burst;
            full.since = nanos;
            return full;
        });
        if (buckets.size() > CALLERS_KEPT) {
            buckets.remove(buckets.keySet().iterator().next());
        }
        bucket.left = Math.min(burst, bucket.left + Math.max(0, nanos - bucket.since) / 1e9 * perSecond);
        bucket.since = nanos;
        if (bucket.left < 1) {
            return OptionalInt.of((int) Math.ceil((1 - bucket.left) / perSecond));
        }
        bucket.left--;
        return OptionalInt.empty();
    }
}
