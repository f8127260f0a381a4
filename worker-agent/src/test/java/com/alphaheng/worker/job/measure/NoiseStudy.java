package com.alphaheng.worker.job.measure;

import com.alphaheng.worker.job.measure.SequentialTest.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.DoubleSupplier;

/// Real runs of a real computation on this machine, recorded under three kinds of noise, and experiments on those
/// recordings: which rule accepts what.
final class NoiseStudy {
    static final double MINIMUM_EFFECT = 0.01;
    private static final int REPETITIONS = 9;
    private static final int NAIVE_RUNS = 5;

    private NoiseStudy() {
    }

    /// Noise made on purpose, besides what the machine has of itself.
    enum Scenario {
        AS_IT_IS, COMPETING_LOAD, FREQUENCY_STEPS;

        String word() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
        }
    }

    /// Times in ns of so many runs; a run is the median of 9 repetitions of about a millisecond of work.
    static List<Double> record(Scenario scenario, int runs) throws InterruptedException {
        AtomicBoolean over = new AtomicBoolean();
        List<Thread> rivals = new ArrayList<>();
        if (scenario == Scenario.COMPETING_LOAD) {
            for (int i = 0; i < 2; i++) {
                rivals.add(Thread.ofPlatform().daemon().start(() -> burst(over)));
            }
        }
        Random random = new Random(1);
        List<Double> times = new ArrayList<>();
        DoubleSupplier slowness = () -> 1 + 0.05 * random.nextInt(5);
        double factor = 1;
        int untilStep = 0;
        double sink = 0;
        for (int run = 0; run < runs; run++) {
            if (scenario == Scenario.FREQUENCY_STEPS && untilStep-- <= 0) {
                // A slower clock means more time for the same work: here, more work for the same result.
                factor = slowness.getAsDouble();
                untilStep = 5 + random.nextInt(40);
            }
            List<Double> repetitions = new ArrayList<>();
            for (int repetition = 0; repetition < REPETITIONS; repetition++) {
                long start = System.nanoTime();
                sink += work((int) (300_000 * factor));
                repetitions.add((double) (System.nanoTime() - start));
            }
            times.add(RunSummary.median(repetitions));
        }
        over.set(true);
        for (Thread rival : rivals) {
            rival.join();
        }
        if (Double.isNaN(sink)) {
            throw new AssertionError("the work was not done");
        }
        return times;
    }

    private static void burst(AtomicBoolean over) {
        Random random = new Random();
        double sink = 0;
        while (!over.get()) {
            long end = System.nanoTime() + random.nextInt(30_000_000);
            while (System.nanoTime() < end) {
                sink += work(1000);
            }
            try {
                Thread.sleep(random.nextInt(60));
            } catch (InterruptedException e) {
                return;
            }
        }
        if (Double.isNaN(sink)) {
            throw new AssertionError("the load did nothing");
        }
    }

    private static double work(int steps) {
        double x = 1;
        for (int i = 0; i < steps; i++) {
            x = x * 0.999999 + 1.0 / (i + 1);
        }
        return x;
    }

    /// Share of experiments that accept, each on another stretch of the recording.
    ///
    /// @param gain by which the candidate is truly faster, 0.03 = 3 %
    static double accepted(List<Double> times, double gain, int experiments, boolean naive) {
        int accepted = 0;
        Random random = new Random(20261123);
        for (int experiment = 0; experiment < experiments; experiment++) {
            int start = random.nextInt(times.size());
            accepted += (naive ? naive(times, start, gain) : abba(times, start, gain)) ? 1 : 0;
        }
        return accepted / (double) experiments;
    }

    /// The worker's rule, as [com.alphaheng.worker.job] applies it: blocks, looks, interval; and once more for a win.
    private static boolean abba(List<Double> times, int start, double gain) {
        int[] next = {start};
        return session(times, next, gain) && session(times, next, gain);
    }

    private static boolean session(List<Double> times, int[] next, double gain) {
        List<Double> blocks = new ArrayList<>();
        Verdict verdict = Verdict.UNDECIDED;
        while (verdict == Verdict.UNDECIDED && blocks.size() < SequentialTest.mostBlocks()) {
            double before = time(times, next);
            double first = time(times, next) / (1 + gain);
            double second = time(times, next) / (1 + gain);
            double after = time(times, next);
            blocks.add(Math.sqrt(before * after / (first * second)));
            verdict = SequentialTest.judge(blocks, MINIMUM_EFFECT);
        }
        return verdict == Verdict.BETTER;
    }

    /// What everybody does: some runs before, some after, and the means compared.
    private static boolean naive(List<Double> times, int start, double gain) {
        int[] next = {start};
        double before = 0;
        double after = 0;
        for (int i = 0; i < NAIVE_RUNS; i++) {
            before += time(times, next);
        }
        for (int i = 0; i < NAIVE_RUNS; i++) {
            after += time(times, next) / (1 + gain);
        }
        return before / after > 1 + MINIMUM_EFFECT;
    }

    private static double time(List<Double> times, int[] next) {
        return times.get(next[0]++ % times.size());
    }
}
