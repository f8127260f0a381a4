package com.alphaheng.engine.graph;

import com.alphaheng.engine.backend.CommandStream;
import com.alphaheng.engine.backend.Device;
import com.alphaheng.engine.backend.DeviceBuffer;
import com.alphaheng.engine.backend.OpTimer;
import com.alphaheng.engine.backend.Program;
import com.alphaheng.engine.backend.op.Op;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Runs recorded steps the way a rung says: kept programs or recorded anew, one submission or a wait after each
/// operation.
final class StepRunner implements AutoCloseable {

    /// Writes a step's operations down.
    @FunctionalInterface
    interface Recording {

        /// @return the logits that the step computes, null if none
        DeviceBuffer record(StepBuffers buffers, List<Op> step);
    }

    /// A step that is worth keeping.
    record Step(String label, Recording recording) { }

    private record Kept(Program program, DeviceBuffer logits) { }

    /// A step that is not kept: its program and buffers go once submission `number` is done.
    private record Passing(long number, Program program, StepBuffers buffers) {

        void close() {
            program.close();
            buffers.close();
        }
    }

    private final Device device;
    private final Optimizations optimizations;
    private final CommandStream stream;
    private final StepBuffers.Pooled pool;
    private final Map<String, Kept> kept = new HashMap<>();
    private final Deque<Passing> passing = new ArrayDeque<>();
    private long submitted;
    private DeviceBuffer logits;

    StepRunner(Device device, Optimizations optimizations, int maxTokens, int maxRows) {
        this.device = device;
        this.optimizations = optimizations;
        this.stream = device.newStream();
        this.pool = new StepBuffers.Pooled(device, maxTokens, maxRows);
    }

    /// Runs a step that is kept.
    void run(Step step) {
        run(step.label(), true, step.recording());
    }

    /// Runs the step named `label`: recorded on its first use and kept when it is worth `keep`ing and buffers are
    /// pooled.
    void run(String label, boolean keep, Recording recording) {
        if (optimizations.pooledBuffers()) {
            Kept step = kept.get(label);
            if (step == null) {
                List<Op> operations = new ArrayList<>();
                DeviceBuffer result = recording.record(pool, operations);
                step = new Kept(device.prepare(label, operations, stream), result);
                if (keep) {
                    kept.put(label, step);
                }
            }
            submit(step);
            if (!keep) {
                // Waiting here is cheap: such steps are long (a remainder of a prompt) or rare.
                awaitAll();
                step.program().close();
            }
        } else {
            runFresh(label, recording);
        }
    }

    private void submit(Kept step) {
        submitted = stream.submit(step.program());
        if (step.logits() != null) {
            logits = step.logits();
        }
    }

    private void runFresh(String label, Recording recording) {
        reclaim();
        StepBuffers buffers = new StepBuffers.Fresh(device);
        if (optimizations.noSyncs()) {
            List<Op> operations = new ArrayList<>();
            DeviceBuffer result = recording.record(buffers, operations);
            Kept step = new Kept(device.prepare(label, operations), result);
            submit(step);
            passing.add(new Passing(submitted, step.program(), buffers));
            return;
        }
        List<Op> step = new ArrayList<>();
        DeviceBuffer result = recording.record(buffers, step);
        for (Op operation : step) {
            try (Program program = device.prepare(operation.label(), List.of(operation))) {
                submitted = stream.submit(program);
                stream.await(submitted);
            }
        }
        logits = result == null ? logits : result;
        // The logits are read after the step: its buffers go when the next step but one begins.
        passing.add(new Passing(submitted, EMPTY, buffers));
    }

    private static final Program EMPTY = new Program() {

        @Override
        public String label() {
            return "nothing";
        }

        @Override
        public int operations() {
            return 0;
        }

        @Override
        public void close() {
            // Nothing to release.
        }
    };

    /// Frees steps that are done, save the newest two, whose logits may still be wanted.
    private void reclaim() {
        while (passing.size() > 2 && passing.peek().number() <= stream.completed()) {
            passing.remove().close();
        }
    }

    DeviceBuffer logits() {
        if (logits == null) {
            throw new IllegalStateException("no step has computed logits yet");
        }
        return logits;
    }

    boolean settled() {
        return stream.completed() >= submitted;
    }

    void awaitAll() {
        await(submitted);
    }

    /// Waits for a submission, not for those after it.
    void await(long number) {
        if (stream.completed() < number) {
            stream.await(number);
        }
    }

    /// Whether a submission is done, without waiting.
    boolean isDone(long number) {
        return stream.isDone(number);
    }

    /// The number of the last submission.
    long submitted() {
        return submitted;
    }

    void profile(OpTimer timer) {
        stream.profile(timer);
    }

    @Override
    public void close() {
        // Waits for what is under way, and does not complain of what has failed: that was reported before.
        stream.close();
        kept.values().forEach(step -> step.program().close());
        passing.forEach(Passing::close);
        pool.close();
    }
}
