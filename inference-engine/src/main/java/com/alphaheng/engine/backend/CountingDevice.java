package com.alphaheng.engine.backend;

import com.alphaheng.engine.backend.op.Op;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/// A device that counts how often each kind of operation is submitted to it. It stands before every back end, where a
/// change of kernels does not reach (`sealing.json`), so that the counts prove which work was asked for.
public final class CountingDevice implements Device {

    private final Device device;
    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

    /// @param device owned from now on
    public CountingDevice(Device device) {
        this.device = device;
    }

    @Override
    public Map<String, Long> operationsByKind() {
        Map<String, Long> totals = new TreeMap<>();
        counts.forEach((kind, count) -> totals.put(kind, count.sum()));
        return totals;
    }

    @Override
    public String description() {
        return device.description();
    }

    @Override
    public DeviceBuffer allocate(String label, long bytes) {
        return device.allocate(label, bytes);
    }

    @Override
    public Program prepare(String label, List<Op> operations) {
        return counted(operations, device.prepare(label, operations));
    }

    @Override
    public Program prepare(String label, List<Op> operations, CommandStream stream) {
        return counted(operations, device.prepare(label, operations, ((Counted) stream).stream));
    }

    private Program counted(List<Op> operations, Program program) {
        Map<String, Long> kinds = operations.stream().collect(Collectors.groupingBy(
            operation -> operation.getClass().getSimpleName(), Collectors.counting()));
        // Looked up once, so that a submission only adds.
        LongAdder[] adders = new LongAdder[kinds.size()];
        long[] amounts = new long[kinds.size()];
        int next = 0;
        for (Map.Entry<String, Long> kind : kinds.entrySet()) {
            adders[next] = counts.computeIfAbsent(kind.getKey(), name -> new LongAdder());
            amounts[next++] = kind.getValue();
        }
        return new Tallied(program, adders, amounts);
    }

    @Override
    public int prefillStep() {
        return device.prefillStep();
    }

    @Override
    public boolean samples() {
        return device.samples();
    }

    @Override
    public CommandStream newStream() {
        return new Counted(device.newStream());
    }

    @Override
    public DeviceCounters counters() {
        return device.counters();
    }

    @Override
    public Optional<ExpertCacheUse> expertCache() {
        return device.expertCache();
    }

    @Override
    public void close() {
        device.close();
    }

    private record Tallied(Program program, LongAdder[] adders, long[] amounts) implements Program {

        @Override
        public String label() {
            return program.label();
        }

        @Override
        public int operations() {
            return program.operations();
        }

        @Override
        public void close() {
            program.close();
        }
    }

    private static final class Counted implements CommandStream {

        private final CommandStream stream;

        Counted(CommandStream stream) {
            this.stream = stream;
        }

        @Override
        public long submit(Program program) {
            Tallied tallied = (Tallied) program;
            for (int i = 0; i < tallied.adders.length; i++) {
                tallied.adders[i].add(tallied.amounts[i]);
            }
            return stream.submit(tallied.program);
        }

        @Override
        public void await(long number) {
            stream.await(number);
        }

        @Override
        public long completed() {
            return stream.completed();
        }

        @Override
        public boolean isDone(long number) {
            return stream.isDone(number);
        }

        @Override
        public void profile(OpTimer timer) {
            stream.profile(timer);
        }

        @Override
        public void close() {
            stream.close();
        }
    }
}
