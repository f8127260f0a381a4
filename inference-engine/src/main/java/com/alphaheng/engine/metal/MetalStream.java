package com.alphaheng.engine.metal;

import com.alphaheng.engine.backend.CommandStream;
import com.alphaheng.engine.backend.DeviceException;
import com.alphaheng.engine.backend.OpTimer;
import com.alphaheng.engine.backend.Program;
import com.alphaheng.engine.backend.op.Op;
import com.alphaheng.engine.metal.objc.ObjectiveC;

import java.lang.foreign.Arena;

/// One session's queue to the GPU. Submissions are encoded at once and run behind the host's back; up to
/// [#IN_FLIGHT] command buffers may be unfinished. Encoding allocates nothing in Java.
final class MetalStream implements CommandStream {
    /// Unfinished command buffers of a stream. Metal's own limit of a queue is set a little higher, so that it is
    /// always this class that waits, and counts it.
    private static final int IN_FLIGHT = 48;

    private final StreamCounters counters;
    private final MetalQueue queue;
    private final MetalResidencySet residency;
    private final Arena arena;
    private final ScratchBuffers scratch;
    private final MetalComputeEncoder encoder;
    private final MetalCommandBuffer[] slots = new MetalCommandBuffer[IN_FLIGHT];
    /// The submission that each slot's command buffer belongs to, and whether it is its last.
    private final long[] submissionOf = new long[IN_FLIGHT];
    private final boolean[] lastOf = new boolean[IN_FLIGHT];
    private final String[] labelOf = new String[IN_FLIGHT];
    private long firstOpen;
    private long nextSlot;
    private long submitted;
    private long completed;
    private long awaited;
    private OpTimer timer;
    private DeviceException failure;

    MetalStream(MetalBackendDevice device, MetalDevice gpu, MetalResidencySet residency) {
        this.counters = device.streamCounters();
        this.queue = gpu.queue("decode", IN_FLIGHT + 16);
        this.arena = Arena.ofShared();
        this.encoder = new MetalComputeEncoder(arena);
        this.scratch = device.scratch(true);
        this.residency = residency;
        if (residency != null) {
            queue.addResidencySet(residency);
        }
        for (int index = 0; index < IN_FLIGHT; index++) {
            slots[index] = new MetalCommandBuffer("commands");
        }
    }

    /// What the programs prepared for this stream share.
    ScratchBuffers scratch() {
        return scratch;
    }

    @Override
    public long submit(Program program) {
        throwFailure();
        MetalProgram own = (MetalProgram) program;
        submitted++;
        counters.operations.addAndGet(own.operations());
        long start = System.nanoTime();
        long pool = ObjectiveC.pushPool();
        try {
            if (timer == null) {
                encode(own);
            } else {
                encodeTimed(own);
            }
        } catch (MetalException metal) {
            failure = new DeviceException(own.label() + ": " + metal.getMessage(), metal);
            throw failure;
        } finally {
            ObjectiveC.popPool(pool);
        }
        counters.encodeNanos.addAndGet(System.nanoTime() - start);
        return submitted;
    }

    private void encode(MetalProgram program) {
        int count = program.dispatches();
        int index = 0;
        do {
            MetalCommandBuffer commands = begin(program.label());
            encoder.begin(commands, MetalComputeEncoder.Order.CONCURRENT);
            int end = (int) Math.min(count, (long) index + program.dispatchesPerCommandBuffer());
            for (int first = index; index < end; index++) {
                // An encoder sees what the one before it wrote; within it, barriers must say so.
                if (index > first && program.barrierBefore(index)) {
                    encoder.barrier();
                }
                program.dispatch(index).encode(encoder);
            }
            commit(commands, index == count);
        } while (index < count);
        counters.dispatches.addAndGet(count);
    }

    /// For breakdowns: each operation in a command buffer of its own, whose time on the GPU is reported.
    private void encodeTimed(MetalProgram program) {
        int index = 0;
        while (index < program.dispatches()) {
            Op operation = program.dispatch(index).operation();
            MetalCommandBuffer commands = begin(operation.label());
            encoder.begin(commands, MetalComputeEncoder.Order.SERIAL);
            for (; index < program.dispatches() && program.dispatch(index).operation() == operation; index++) {
                program.dispatch(index).encode(encoder);
            }
            commit(commands, index == program.dispatches());
            counters.hostWaits.incrementAndGet();
            commands.await();
            timer.record(operation, commands.gpuNanos());
            retire();
        }
        counters.dispatches.addAndGet(program.dispatches());
    }

    private MetalCommandBuffer begin(String label) {
        retire();
        if (nextSlot - firstOpen == IN_FLIGHT) {
            counters.hostWaits.incrementAndGet();
            slot(firstOpen).await();
            retire();
        }
        MetalCommandBuffer commands = slot(nextSlot);
        labelOf[(int) (nextSlot % IN_FLIGHT)] = label;
        commands.begin(queue);
        return commands;
    }

    private void commit(MetalCommandBuffer commands, boolean last) {
        encoder.end();
        int index = (int) (nextSlot % IN_FLIGHT);
        submissionOf[index] = submitted;
        lastOf[index] = last;
        nextSlot++;
        commands.commit();
        counters.commandBuffers.incrementAndGet();
    }

    private MetalCommandBuffer slot(long number) {
        return slots[(int) (number % IN_FLIGHT)];
    }

    /// Takes back the command buffers that are finished, oldest first; never waits.
    private void retire() {
        while (firstOpen < nextSlot && slot(firstOpen).isFinished()) {
            MetalCommandBuffer commands = slot(firstOpen);
            int index = (int) (firstOpen % IN_FLIGHT);
            try {
                commands.check();
            } catch (MetalException metal) {
                if (failure == null) {
                    failure = new DeviceException(labelOf[index] + ": " + metal.getMessage(), metal);
                }
            }
            counters.gpuNanos.addAndGet(commands.gpuNanos());
            if (lastOf[index]) {
                completed = submissionOf[index];
            }
            commands.close();
            firstOpen++;
        }
    }

    private void throwFailure() {
        if (failure != null) {
            throw new DeviceException(failure.getMessage(), failure.getCause());
        }
    }

    @Override
    public void await(long number) {
        retire();
        // A point where the host stands still for the GPU counts even when the GPU happens to be done already;
        // standing there again does not.
        if (number > awaited) {
            awaited = number;
            counters.hostWaits.incrementAndGet();
        }
        while (completed < number && firstOpen < nextSlot) {
            slot(lastSlotOf(number)).awaitQuietly();
            retire();
        }
        throwFailure();
    }

    private long lastSlotOf(long number) {
        long found = firstOpen;
        while (found + 1 < nextSlot && submissionOf[(int) (found % IN_FLIGHT)] < number) {
            found++;
        }
        while (found + 1 < nextSlot && submissionOf[(int) ((found + 1) % IN_FLIGHT)] == number) {
            found++;
        }
        return found;
    }

    @Override
    public long completed() {
        retire();
        return completed;
    }

    @Override
    public boolean isDone(long number) {
        retire();
        throwFailure();
        return completed >= number;
    }

    @Override
    public void profile(OpTimer operationTimer) {
        timer = operationTimer;
    }

    @Override
    public void close() {
        while (firstOpen < nextSlot) {
            slot(firstOpen).awaitQuietly();
            retire();
        }
        if (residency != null) {
            queue.removeResidencySet(residency);
        }
        queue.close();
        scratch.close();
        arena.close();
    }
}
