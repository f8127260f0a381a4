package com.alphaheng.engine.cpu.fast;

import com.alphaheng.engine.backend.Availability;
import com.alphaheng.engine.backend.Backend;
import com.alphaheng.engine.backend.Device;
import com.alphaheng.engine.backend.DeviceOptions;
import com.alphaheng.engine.backend.Precision;
import com.alphaheng.engine.cpu.nativelib.NativeLibrary;
import com.alphaheng.engine.cpu.nativelib.PageCache;
import com.alphaheng.engine.cpu.streaming.ExpertStreamingDevice;
import com.alphaheng.engine.model.Weights;
import java.lang.foreign.MemorySegment;
import java.util.Map;

/// The CPU at full speed: C kernels where a compiler is at hand, else the Vector API.
public final class FastBackend implements Backend {

    /// Above the scalar reference, below any GPU.
    private static final int PREFERENCE = 10;

    @Override
    public String name() {
        return "cpu";
    }

    @Override
    public int preference() {
        return PREFERENCE;
    }

    @Override
    public Availability probe() {
        NativeLibrary library = NativeLibrary.load();
        return new Availability.Available(library.available() ? library.kernels(Precision.EXACT).description()
            : "Java Vector API (" + library.reason() + ")");
    }

    @Override
    public Map<String, byte[]> kernelFiles() {
        return NativeLibrary.load().file();
    }

    @Override
    public boolean takesWeightsInMemory() {
        return true;
    }

    @Override
    public Device open(Weights weights, DeviceOptions options) {
        boolean streamed = options.memoryBudget() > 0
            && options.memoryBudget() < weights.files().stream().mapToLong(MemorySegment::byteSize).sum();
        if (!streamed) {
            // Streamed experts come and go in pieces smaller than large pages.
            weights.files().forEach(PageCache::adviseLargePages);
        }
        NativeLibrary library = NativeLibrary.load();
        Device device = library.available()
            ? new FastDevice(library.kernels(Precision.EXACT), library.kernels(options.precision()),
                options.threadCount(), options.tuning())
            : new FastDevice(new VectorKernels(), options.threadCount(), options.tuning());
        return streamed ? new ExpertStreamingDevice(device, weights, options.memoryBudget()) : device;
    }
}
