package com.alphaheng.engine.cpu.fast;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.LockSupport;

/// One thread's share of a [WorkerPool]: its number, its scratch memory, and the counter from which all workers claim
/// work. Confined to its thread while a program runs.
final class Worker {

    /// For the product that this worker is about to call.
    final Batch batch = new Batch();

    private final int index;
    private final WorkerPool pool;
    private Arena arena;
    private MemorySegment scratch;
    private volatile Thread sleeper;

    Worker(WorkerPool pool, int index) {
        this.pool = pool;
        this.index = index;
    }

    int index() {
        return index;
    }

    boolean first() {
        return index == 0;
    }

    /// The next piece of work of this stage, counting from 0 over all workers: who is faster claims more.
    int claim() {
        return pool.claim();
    }

    /// Address of this worker's scratch memory, aligned to 64.
    long scratch() {
        return scratch.address();
    }

    /// Makes the scratch memory at least `bytes` large. Only between programs.
    void ensureScratch(long bytes) {
        if (scratch == null || scratch.byteSize() < bytes) {
            release();
            arena = Arena.ofShared();
            scratch = arena.allocate(bytes, 64);
        }
    }

    /// Parks the calling thread while the pool's generation is `before`. Setting the field before the check, and
    /// reading it after the change, both volatile, leaves no way to miss a wake-up.
    void sleepWhile(int before) {
        sleeper = Thread.currentThread();
        while (pool.generation() == before) {
            LockSupport.park(this);
        }
        sleeper = null;
    }

    void wake() {
        Thread thread = sleeper;
        if (thread != null) {
            LockSupport.unpark(thread);
        }
    }

    void release() {
        if (arena != null) {
            arena.close();
            arena = null;
            scratch = null;
        }
    }
}
