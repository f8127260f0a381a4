package com.alphaheng.worker.exec;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/// Whether a command gets anywhere: it prints, or it uses processor time. A long compilation says nothing and works;
/// what waits for ever does neither.
final class Progress {
    /// Of one processor. A hung JVM's own timers use a tenth of this.
    private static final double BUSY_SHARE = 0.01;
    private static final int LOOKS = 10;

    private final long limitNanos;
    private final Map<Long, Duration> seen = new HashMap<>();
    private long lastProgressNanos;
    private long nextLookNanos;
    private long usedNanos;

    /// @param limit how long it may stand still
    Progress(Duration limit, long startNanos) {
        this.limitNanos = limit.toNanos();
        this.lastProgressNanos = startNanos;
        this.nextLookNanos = startNanos + limitNanos / LOOKS;
    }

    /// Whether it has stood still for too long. Asks for the times only now and then: that is a look at every process.
    ///
    /// @param times processor time so far of each of its live processes, by process id
    boolean stalled(long nowNanos, long lastOutputNanos, Supplier<Map<Long, Duration>> times) {
        if (nowNanos - nextLookNanos < 0) {
            return false;
        }
        nextLookNanos = nowNanos + limitNanos / LOOKS;
        if (lastOutputNanos - lastProgressNanos > 0) {
            lastProgressNanos = lastOutputNanos;
            usedNanos = 0;
        }
        times.get().forEach((process, time) -> {
            Duration before = seen.put(process, time);
            usedNanos += Math.max(0, time.minus(before == null ? Duration.ZERO : before).toNanos());
        });
        if (usedNanos > BUSY_SHARE * (nowNanos - lastProgressNanos)) {
            lastProgressNanos = nowNanos;
            usedNanos = 0;
        }
        return nowNanos - lastProgressNanos >= limitNanos;
    }
}
