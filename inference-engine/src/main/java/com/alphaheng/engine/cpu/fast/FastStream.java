package com.alphaheng.engine.cpu.fast;

import com.alphaheng.engine.backend.CommandStream;
import com.alphaheng.engine.backend.DeviceException;
import com.alphaheng.engine.backend.OpTimer;
import com.alphaheng.engine.backend.Program;

/// Runs a program on the device's threads before [#submit] returns.
final class FastStream implements CommandStream {

    private final FastDevice device;
    private long completed;
    private OpTimer timer;

    FastStream(FastDevice device) {
        this.device = device;
    }

    @Override
    public long submit(Program program) {
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
        return ++completed;
    }

    @Override
    public void await(long number) {
        device.countWait();
    }

    @Override
    public long completed() {
        return completed;
    }

    @Override
    public void profile(OpTimer timer) {
        this.timer = timer;
    }

    @Override
    public void close() {
        // Nothing is ever under way.
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
