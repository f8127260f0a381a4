package com.alphaheng.engine.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Measures how fast this machine reads memory, the ceiling of decode: every thread sums its part of an array far
/// larger than the caches (McCalpin's STREAM, read only). The best of several passes counts, as in STREAM.
public final class BandwidthProbe {

    private static final long BYTES = 512L << 20;
    private static final int PASSES = 8;

    private BandwidthProbe() { }

    /// @param readGigabytesPerSecond best pass, 10^9 bytes per second
    /// @param threads                that read at once
    /// @param checksum               of what was read, so that reading cannot be left out
    public record Result(double readGigabytesPerSecond, int threads, long checksum) { }

    /// @param threads 0 for one per core
    public static Result measure(int threads) {
        int count = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
        try (Arena arena = Arena.ofShared(); ExecutorService pool = Executors.newFixedThreadPool(count)) {
            MemorySegment memory = arena.allocate(BYTES, 64);
            memory.fill((byte) 1);
            CyclicBarrier barrier = new CyclicBarrier(count);
            long[][] starts = new long[PASSES][count];
            long[][] ends = new long[PASSES][count];
            List<Future<Long>> sums = new ArrayList<>();
            long part = BYTES / count / 64 * 64;
            for (int i = 0; i < count; i++) {
                int thread = i;
                sums.add(pool.submit(() -> {
                    MemorySegment mine = memory.asSlice(thread * part, part);
                    long sum = 0;
                    for (int pass = 0; pass < PASSES; pass++) {
                        barrier.await();
                        starts[pass][thread] = System.nanoTime();
                        sum += sum(mine);
                        ends[pass][thread] = System.nanoTime();
                    }
                    return sum;
                }));
            }
            pool.close();
            long checksum = 0;
            for (Future<Long> sum : sums) {
                checksum += sum.resultNow();
            }
            return new Result(best(starts, ends, part * count), count, checksum);
        }
    }

    private static double best(long[][] starts, long[][] ends, long bytes) {
        double best = 0;
        for (int pass = 1; pass < PASSES; pass++) {
            long first = Long.MAX_VALUE;
            long last = Long.MIN_VALUE;
            for (int thread = 0; thread < starts[pass].length; thread++) {
                first = Math.min(first, starts[pass][thread]);
                last = Math.max(last, ends[pass][thread]);
            }
            best = Math.max(best, bytes / (double) (last - first));
        }
        return best;
    }

    /// C2 turns this loop into vector additions: it runs at memory speed.
    private static long sum(MemorySegment memory) {
        long sum = 0;
        int count = (int) (memory.byteSize() / 8);
        for (int i = 0; i < count; i++) {
            sum += memory.getAtIndex(ValueLayout.JAVA_LONG, i);
        }
        return sum;
    }
}
