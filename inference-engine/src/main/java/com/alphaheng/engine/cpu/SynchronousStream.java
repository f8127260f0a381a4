package com.alphaheng.engine.cpu;

import com.alphaheng.engine.backend.CommandStream;
import com.alphaheng.engine.backend.OpTimer;
import com.alphaheng.engine.backend.Program;

/// The stream of a device that runs a program before [#submit] returns: nothing is ever under way.
public abstract class SynchronousStream implements CommandStream {

    private long completed;
    private OpTimer timer;

    /// Runs the program to its end.
    ///
    /// @param timer gets the time of each operation; null for none
    protected abstract void run(Program program, OpTimer timer);

    /// Counts that the host asked whether a submission has ended.
    protected abstract void countWait();

    @Override
    public final long submit(Program program) {
        run(program, timer);
        return ++completed;
    }

    @Override
    public final void await(long number) {
        countWait();
    }

    @Override
    public final long completed() {
        return completed;
    }

    @Override
    public final void profile(OpTimer timer) {
        this.timer = timer;
    }

    @Override
    public final void close() {
        // Nothing is held.
    }
}
