package com.alphaheng.engine.cpu.fast;

import com.alphaheng.engine.backend.CommandStream;
import com.alphaheng.engine.backend.Device;
import com.alphaheng.engine.backend.DeviceBuffer;
import com.alphaheng.engine.backend.DeviceCounters;
import com.alphaheng.engine.backend.Program;
import com.alphaheng.engine.backend.Tuning;
import com.alphaheng.engine.backend.op.Op;
import com.alphaheng.engine.cpu.HostBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/// Kernels, threads and scratch memory. Programs of all streams take turns on the threads.
public final class FastDevice implements Device {

    private final int prefillStep;
    private final Kernels kernels;
    private final StagePlanner few;
    private final StagePlanner many;
    private final WorkerPool pool;
    private final SharedScratch shared = new SharedScratch();
    private final LongAdder hostWaits = new LongAdder();
    private final LongAdder submissions = new LongAdder();
    private final LongAdder operationsRun = new LongAdder();
    private final LongAdder encodeNanos = new LongAdder();
    private final LongAdder bytesAllocated = new LongAdder();

    /// @param kernels the arithmetic
    /// @param threads workers, the submitting thread included
    public FastDevice(Kernels kernels, int threads) {
        this(kernels, threads, Tuning.here());
    }

    FastDevice(Kernels kernels, int threads, Tuning tuning) {
        this(kernels, kernels, threads, tuning);
    }

    /// @param few     the arithmetic for up to [Kernels#IN_ROWS] tokens, which is decode: bound by memory, so it may
    ///                as well be exact
    /// @param many    the arithmetic for more tokens, which are prompts: bound by arithmetic
    /// @param threads workers, the submitting thread included
    /// @param tuning  what suits the chip
    FastDevice(Kernels few, Kernels many, int threads, Tuning tuning) {
        this.kernels = many;
        this.pool = new WorkerPool(threads, tuning.get(Tuning.CPU_SPINS));
        int claimBytes = tuning.get(Tuning.CPU_CLAIM_KIB) << 10;
        this.few = new StagePlanner(few, pool.count(), shared, claimBytes);
        this.many = new StagePlanner(many, pool.count(), shared, claimBytes);
        this.prefillStep = Math.max(1, tuning.get(Tuning.CPU_PREFILL_STEP));
    }

    @Override
    public String description() {
        return kernels.description() + ", " + pool.count() + " threads";
    }

    @Override
    public DeviceBuffer allocate(String label, long bytes) {
        bytesAllocated.add(bytes);
        return new HostBuffer(label, bytes);
    }

    @Override
    public Program prepare(String label, List<Op> operations) {
        long start = System.nanoTime();
        List<Stage> stages = new ArrayList<>();
        int[] ends = new int[operations.size()];
        Need need = new Need();
        for (int i = 0; i < ends.length; i++) {
            StagePlanner planner = StagePlanner.tokenCount(operations.get(i)) <= Kernels.IN_ROWS ? few : many;
            planner.plan(operations.get(i), stages, need);
            ends[i] = stages.size();
        }
        pool.lock().lock();
        try {
            pool.ensureScratch(need.perWorker());
            shared.ensure(need.shared());
        } finally {
            pool.lock().unlock();
        }
        encodeNanos.add(System.nanoTime() - start);
        return new FastProgram(label, List.copyOf(operations), stages.toArray(Stage[]::new), ends);
    }

    @Override
    public int prefillStep() {
        return prefillStep;
    }

    @Override
    public CommandStream newStream() {
        return new FastStream(this);
    }

    WorkerPool pool() {
        return pool;
    }

    void countWait() {
        hostWaits.increment();
    }

    void countSubmission(int operations) {
        submissions.increment();
        operationsRun.add(operations);
    }

    @Override
    public DeviceCounters counters() {
        long operations = operationsRun.sum();
        return new DeviceCounters(hostWaits.sum(), submissions.sum(), operations, operations, encodeNanos.sum(),
            bytesAllocated.sum(), 0);
    }

    @Override
    public void close() {
        pool.close();
        shared.close();
    }
}
