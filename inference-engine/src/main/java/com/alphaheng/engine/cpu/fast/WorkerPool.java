package com.alphaheng.engine.cpu.fast;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.ReentrantLock;

/// The threads of a CPU device. The caller of [#run] is worker 0; the others wait, first spinning, then parked, so
/// that the barriers within a step cost well under a microsecond and an idle engine costs nothing.
final class WorkerPool implements AutoCloseable {

    private static final VarHandle ARRIVED;
    private static final VarHandle NEXT;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            ARRIVED = lookup.findVarHandle(WorkerPool.class, "arrived", int.class);
            NEXT = lookup.findVarHandle(WorkerPool.class, "next", int.class);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Worker[] workers;
    private final int spins;
    private volatile Stage[] stages;
    private volatile boolean closed;
    private volatile int generation;
    private int arrived;
    private int next;
    private int failedStage;
    private Throwable failure;

    /// @param count workers in all, the caller of [#run] included
    /// @param spins times that a worker looks at a barrier before it parks; 4000 are about 50 microseconds on a current
    ///              core, longer than the gap between two steps of a decode loop
    WorkerPool(int count, int spins) {
        this.spins = spins;
        workers = new Worker[count];
        for (int i = 0; i < count; i++) {
            workers[i] = new Worker(this, i);
        }
        for (int i = 1; i < count; i++) {
            Worker worker = workers[i];
            Thread.ofPlatform().daemon().name("marlin-worker-" + i).start(() -> serve(worker));
        }
    }

    int count() {
        return workers.length;
    }

    /// Held by whoever runs stages or changes scratch memory.
    ReentrantLock lock() {
        return lock;
    }

    /// Makes every worker's scratch memory at least `bytes` large.
    void ensureScratch(long bytes) {
        lock.lock();
        try {
            for (Worker worker : workers) {
                worker.ensureScratch(bytes);
            }
        } finally {
            lock.unlock();
        }
    }

    /// Runs stages one after the other, each on all workers, and returns when the last is done. The caller holds
    /// [#lock].
    ///
    /// @param work     what to run
    /// @param progress told after each stage that it is done; may be null
    /// @return the number of stages that ran without failure; [#failure] tells what stopped the next one
    int run(Stage[] work, Progress progress) {
        failedStage = Integer.MAX_VALUE;
        failure = null;
        stages = work;
        pass(workers[0]);
        runStages(workers[0], work, progress);
        return Math.min(failedStage, work.length);
    }

    /// What ended the last [#run] early.
    Throwable failure() {
        return failure;
    }

    int generation() {
        return generation;
    }

    int claim() {
        return (int) NEXT.getAndAdd(this, 1);
    }

    /// Told by worker 0 after each stage.
    @FunctionalInterface
    interface Progress {

        void done(int stage);
    }

    private void serve(Worker worker) {
        while (true) {
            pass(worker);
            if (closed) {
                return;
            }
            runStages(worker, stages, null);
        }
    }

    private void runStages(Worker worker, Stage[] work, Progress progress) {
        for (int i = 0; i < work.length; i++) {
            try {
                work[i].run(worker);
            } catch (RuntimeException | AssertionError e) {
                fail(i, e);
            }
            pass(worker);
            // A faster worker may already have failed in a later stage; that one still has its barrier.
            if (failedStage <= i) {
                return;
            }
            if (progress != null) {
                progress.done(i);
            }
        }
    }

    private synchronized void fail(int stage, Throwable thrown) {
        if (stage < failedStage) {
            failedStage = stage;
            failure = thrown;
        }
    }

    /// The barrier: returns when all workers have called it. The last to arrive resets the claim counter.
    private void pass(Worker worker) {
        int before = generation;
        if ((int) ARRIVED.getAndAdd(this, 1) == workers.length - 1) {
            arrived = 0;
            next = 0;
            generation = before + 1;
            for (Worker other : workers) {
                other.wake();
            }
            return;
        }
        for (int i = 0; i < spins; i++) {
            if (generation != before) {
                return;
            }
            Thread.onSpinWait();
        }
        worker.sleepWhile(before);
    }

    @Override
    public void close() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            pass(workers[0]);
            for (Worker worker : workers) {
                worker.release();
            }
        } finally {
            lock.unlock();
        }
    }
}
