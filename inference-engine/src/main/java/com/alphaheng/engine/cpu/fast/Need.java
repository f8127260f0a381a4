package com.alphaheng.engine.cpu.fast;

/// The scratch memory that a program's stages need, gathered while they are planned.
final class Need {

    private long perWorker = 64;
    private long shared = 64;

    void worker(long bytes) {
        perWorker = Math.max(perWorker, bytes + Kernels.SLACK);
    }

    void shared(long bytes) {
        shared = Math.max(shared, bytes + Kernels.SLACK);
    }

    long perWorker() {
        return perWorker;
    }

    long shared() {
        return shared;
    }
}
