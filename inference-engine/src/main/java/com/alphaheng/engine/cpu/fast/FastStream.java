package com.alphaheng.engine.cpu.fast;

import com.alphaheng.engine.backend.DeviceException;
import com.alphaheng.engine.backend.OpTimer;
import com.alphaheng.engine.backend.Program;
import com.alphaheng.engine.cpu.SynchronousStream;

/// Runs programs on the device's threads.
final class FastStream extends SynchronousStream {

    private final FastDevice device;

    FastStream(FastDevice device) {
        this.device = device;
    }

    @Override
    protected void run(Program program, OpTimer timer) {
        FastProgram steps = (FastProgram) program;
        device.countSubmission(steps.operations());
        WorkerPool pool = device.pool();
        pool.lock().lock();
        try {
            int done = pool.run(steps.stages(), timer == null ? null : new Stopwatch(steps, timer));
            if (done < steps.stages().length) {
                Throwable cause = pool.failure();
                throw new DeviceException(steps.operationOf(done).label() + ": " + cause.getMessage(), cause);
            }
        } finally {
            pool.lock().unlock();
        }
    }

    @Override
    protected void countWait() {
        device.countWait();
    }

    /// Sums the stages of each operation.
    private static final class Stopwatch implements WorkerPool.Progress {

        private final FastProgram program;
        private final OpTimer timer;
        private int operation;
        private long start = System.nanoTime();

        Stopwatch(FastProgram program, OpTimer timer) {
            this.program = program;
            this.timer = timer;
        }

        @Override
        public void done(int stage) {
            if (stage + 1 < program.ends()[operation]) {
                return;
            }
            long now = System.nanoTime();
            timer.record(program.list().get(operation), now - start);
            start = now;
            operation++;
        }
    }
}
