package com.alphaheng.engine.cpu.reference;

import com.alphaheng.engine.backend.CommandStream;
import com.alphaheng.engine.backend.Device;
import com.alphaheng.engine.backend.DeviceBuffer;
import com.alphaheng.engine.backend.DeviceCounters;
import com.alphaheng.engine.backend.DeviceException;
import com.alphaheng.engine.backend.OpTimer;
import com.alphaheng.engine.backend.Program;
import com.alphaheng.engine.backend.op.Op;
import com.alphaheng.engine.cpu.HostBuffer;
import com.alphaheng.engine.cpu.SynchronousStream;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/// Runs operations in the caller's thread as they are submitted.
final class ReferenceDevice implements Device {

    private final LongAdder hostWaits = new LongAdder();
    private final LongAdder submissions = new LongAdder();
    private final LongAdder operationsRun = new LongAdder();
    private final LongAdder bytesAllocated = new LongAdder();

    @Override
    public String description() {
        return "scalar Java, one thread";
    }

    @Override
    public DeviceBuffer allocate(String label, long bytes) {
        bytesAllocated.add(bytes);
        return new HostBuffer(label, bytes);
    }

    @Override
    public Program prepare(String label, List<Op> operations) {
        return new ReferenceProgram(label, List.copyOf(operations));
    }

    @Override
    public CommandStream newStream() {
        return new ReferenceStream();
    }

    @Override
    public DeviceCounters counters() {
        long operations = operationsRun.sum();
        return new DeviceCounters(hostWaits.sum(), submissions.sum(), operations, operations, 0, bytesAllocated.sum(),
            0);
    }

    @Override
    public void close() {
        // Buffers belong to those who allocated them; there is nothing else.
    }

    private record ReferenceProgram(String label, List<Op> list) implements Program {

        @Override
        public int operations() {
            return list.size();
        }

        @Override
        public void close() {
            // Nothing was resolved.
        }
    }

    private final class ReferenceStream extends SynchronousStream {

        @Override
        protected void run(Program program, OpTimer timer) {
            submissions.increment();
            for (Op operation : ((ReferenceProgram) program).list()) {
                long start = System.nanoTime();
                try {
                    ReferenceOps.run(operation);
                } catch (DeviceException e) {
                    throw new DeviceException(operation.label() + ": " + e.getMessage(), e);
                }
                operationsRun.increment();
                if (timer != null) {
                    timer.record(operation, System.nanoTime() - start);
                }
            }
        }

        @Override
        protected void countWait() {
            hostWaits.increment();
        }
    }
}
