package com.alphaheng.engine.metal;

import com.alphaheng.engine.backend.CommandStream;
import com.alphaheng.engine.backend.Device;
import com.alphaheng.engine.backend.DeviceBuffer;
import com.alphaheng.engine.backend.DeviceCounters;
import com.alphaheng.engine.backend.DeviceException;
import com.alphaheng.engine.backend.Program;
import com.alphaheng.engine.backend.op.Op;
import com.alphaheng.engine.model.Weights;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

/// The GPU opened on one model: kernels, weights and what is common to all sessions.
final class MetalBackendDevice implements Device {
    private record Rotation(double theta, int width) { }

    private final MetalDevice device;
    private final MetalCapabilities capabilities;
    private final KernelLibrary kernels;
    private final MetalResidencySet residency;
    private final WeightBuffers weights;
    private final MetalBuffer placeholder;
    private final Map<Rotation, MetalBuffer> frequencies = new HashMap<>();
    private final AtomicLong bytesAllocated = new AtomicLong();
    private final StreamCounters counters = new StreamCounters();
    /// What gives back each part that was opened, the last first.
    private final Deque<Runnable> closing = new ArrayDeque<>();

    /// @throws MetalException there is no GPU, its compiler refuses the kernels, or it has no memory left
    /// @throws DeviceException the model does not fit the GPU
    MetalBackendDevice(Weights model) {
        try {
            device = MetalDevice.open();
            closing.push(device::close);
            capabilities = device.capabilities();
            requireRoom(model, capabilities);
            kernels = new KernelLibrary(device);
            closing.push(kernels::close);
            residency = capabilities.residencySets() ? device.residencySet("weights") : null;
            if (residency != null) {
                closing.push(residency::close);
            }
            weights = new WeightBuffers(device, model, residency);
            closing.push(weights::close);
            placeholder = device.buffer("placeholder", 64, MetalBuffer.Storage.SHARED);
            closing.push(placeholder::close);
            closing.push(() -> frequencies.values().forEach(MetalBuffer::close));
        } catch (RuntimeException failure) {
            close();
            throw failure;
        }
    }

    /// Beyond its working set a GPU pages gigabytes in and out for each token, or fails in the middle of one.
    private static void requireRoom(Weights model, MetalCapabilities gpu) {
        long bytes = model == null ? 0 : model.files().stream().mapToLong(MemorySegment::byteSize).sum();
        if (bytes > gpu.workingSetBytes()) {
            throw new DeviceException(String.format(Locale.ROOT, "the model's weights take %.1f GB, this GPU's"
                    + " working set is %.1f GB: use --backend cpu with --memory, or let the GPU have more of the"
                    + " machine's memory: sudo sysctl iogpu.wired_limit_mb=%d", bytes / 1e9,
                    gpu.workingSetBytes() / 1e9, bytes * 5 / 4 >> 20));
        }
    }

    @Override
    public String description() {
        return capabilities.name() + ", " + capabilities.system();
    }

    KernelLibrary kernels() {
        return kernels;
    }

    WeightBuffers weights() {
        return weights;
    }

    /// Stands for buffers that are not made yet.
    MetalBuffer placeholder() {
        return placeholder;
    }

    StreamCounters streamCounters() {
        return counters;
    }

    /// The angles per position of each pair of a rotary part: float32 like the published implementation.
    synchronized MetalBuffer frequencies(double theta, int width) {
        return frequencies.computeIfAbsent(new Rotation(theta, width), rotation -> {
            MetalBuffer table = device.buffer("rotary frequencies", 4L * (width / 2), MetalBuffer.Storage.SHARED);
            for (int pair = 0; pair < width / 2; pair++) {
                table.contents().setAtIndex(JAVA_FLOAT, pair, (float) (1 / Math.pow(theta, 2.0 * pair / width)));
            }
            return table;
        });
    }

    @Override
    public DeviceBuffer allocate(String label, long bytes) {
        return new MetalDeviceBuffer(newBuffer(label, bytes, MetalBuffer.Storage.SHARED));
    }

    private MetalBuffer newBuffer(String label, long bytes, MetalBuffer.Storage storage) {
        try {
            MetalBuffer buffer = device.buffer(label, Math.max(bytes, 4), storage);
            bytesAllocated.addAndGet(bytes);
            if (storage == MetalBuffer.Storage.SHARED) {
                buffer.contents().fill((byte) 0);
            }
            return buffer;
        } catch (MetalException failure) {
            throw new DeviceException(failure.getMessage(), failure);
        }
    }

    /// Buffers for programs of a stream, or of none.
    ScratchBuffers scratch(boolean shared) {
        return new ScratchBuffers((label, bytes) -> newBuffer(label, bytes, MetalBuffer.Storage.PRIVATE), shared);
    }

    @Override
    public Program prepare(String label, List<Op> operations) {
        ScratchBuffers own = scratch(false);
        try {
            return prepare(label, operations, own, own);
        } catch (RuntimeException failure) {
            own.close();
            throw failure;
        }
    }

    @Override
    public Program prepare(String label, List<Op> operations, CommandStream stream) {
        return prepare(label, operations, ((MetalStream) stream).scratch(), null);
    }

    /// @param owned closed with the program, null for nothing
    private Program prepare(String label, List<Op> operations, ScratchBuffers buffers, ScratchBuffers owned) {
        Map<String, MetalBuffer> scratch = new HashMap<>();
        Arena arena = Arena.ofShared();
        try {
            // A first pass finds out how large the scratch buffers must be that the operations share.
            ProgramBuilder sizes = new ProgramBuilder(this, arena, null);
            OperationPlanner.plan(operations, sizes);
            sizes.scratchBytes().forEach((name, bytes) -> scratch.put(name, buffers.take(name, bytes)));
            ProgramBuilder builder = new ProgramBuilder(this, arena, scratch);
            OperationPlanner.plan(operations, builder);
            return new MetalProgram(label, operations.size(), builder, arena, owned);
        } catch (RuntimeException failure) {
            arena.close();
            throw failure instanceof MetalException metal ? new DeviceException(metal.getMessage(), metal) : failure;
        }
    }

    @Override
    public boolean samples() {
        return true;
    }

    @Override
    public CommandStream newStream() {
        try {
            return new MetalStream(this, device, residency);
        } catch (MetalException failure) {
            throw new DeviceException(failure.getMessage(), failure);
        }
    }

    @Override
    public DeviceCounters counters() {
        return counters.snapshot(bytesAllocated.get());
    }

    @Override
    public void close() {
        while (!closing.isEmpty()) {
            closing.pop().run();
        }
    }
}
