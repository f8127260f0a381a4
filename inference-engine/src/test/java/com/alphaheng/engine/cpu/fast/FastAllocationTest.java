package com.alphaheng.engine.cpu.fast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.alphaheng.engine.backend.CacheFormat;
import com.alphaheng.engine.backend.CacheLayer;
import com.alphaheng.engine.backend.CommandStream;
import com.alphaheng.engine.backend.Control;
import com.alphaheng.engine.backend.Device;
import com.alphaheng.engine.backend.DeviceBuffer;
import com.alphaheng.engine.backend.Precision;
import com.alphaheng.engine.backend.Program;
import com.alphaheng.engine.backend.op.Component;
import com.alphaheng.engine.backend.op.Embed;
import com.alphaheng.engine.backend.op.ExpertDown;
import com.alphaheng.engine.backend.op.ExpertGateUp;
import com.alphaheng.engine.backend.op.LinearResidual;
import com.alphaheng.engine.backend.op.MlaAttention;
import com.alphaheng.engine.backend.op.MlaShape;
import com.alphaheng.engine.backend.op.NormLinear;
import com.alphaheng.engine.backend.op.NormRoute;
import com.alphaheng.engine.backend.op.Op;
import com.alphaheng.engine.backend.op.RopeCacheWrite;
import com.alphaheng.engine.backend.op.SelectNext;
import com.alphaheng.engine.cpu.nativelib.NativeLibrary;
import com.alphaheng.engine.model.DType;
import com.alphaheng.engine.model.MlpWeights;
import com.alphaheng.engine.model.ModelConfig;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Submitting a decode step allocates nothing on the heap, in no thread, once the code is compiled.
class FastAllocationTest {

    private static final int STEPS = 200;

    /// The threads of the pool and the caller's.
    private static long allocated() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long[] ids = Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
            .filter(info -> info != null && info.getThreadName().startsWith("marlin-worker"))
            .mapToLong(info -> info.getThreadId()).toArray();
        return Arrays.stream(threads.getThreadAllocatedBytes(ids)).sum()
            + threads.getThreadAllocatedBytes(Thread.currentThread().threadId());
    }

    @Test
    void decodeStepsAllocateNothing() {
        NativeLibrary library = NativeLibrary.load();
        assumeTrue(library.available(), library.reason());
        try (OpBench bench = new OpBench(1);
             Device device = new FastDevice(library.kernels(Precision.INT16), 2)) {
            Control control = bench.control(0);
            try (Program step = device.prepare("step", step(bench, control)); CommandStream stream =
                    device.newStream()) {
                long least = Long.MAX_VALUE;
                // Until the compiler is done with all of it; the first rounds run interpreted.
                for (int round = 0; round < 40 && least > 0; round++) {
                    long measuring = measuring();
                    long before = allocated();
                    for (int i = 0; i < STEPS; i++) {
                        control.buffer().writeInt(Control.POSITION * 4L, 40);
                        stream.submit(step);
                    }
                    least = Math.min(least, Math.max(0, allocated() - before - measuring));
                }
                assertThat(least / STEPS).as("bytes per step").isZero();
            }
        }
    }

    /// What reading the counters itself allocates.
    private static long measuring() {
        long before = allocated();
        return allocated() - before;
    }

    private static List<Op> step(OpBench bench, Control control) {
        MlaShape shape = new MlaShape(4, 24, 16, 20, 64, 0.16f, 1e4, true);
        CacheLayer cache = bench.cache(CacheFormat.F16, 64, 16, 64, 64);
        DeviceBuffer hidden = bench.floats(96);
        DeviceBuffer normed = bench.floats(96);
        DeviceBuffer query = bench.floats(4 * 40);
        DeviceBuffer keyValue = bench.floats(80);
        DeviceBuffer values = bench.floats(4 * 20 + 16);
        DeviceBuffer ids = bench.ints(0, 0);
        DeviceBuffer shares = bench.floats(2);
        DeviceBuffer inner = bench.floats(2 * 64);
        DeviceBuffer shared = bench.floats(64);
        DeviceBuffer logits = bench.floats(207);
        MlpWeights.Experts experts = new MlpWeights.Experts(bench.matrix(5, 96, DType.F32, 0), bench.vector(5),
            bench.experts(5, 64, 96, DType.MMFP4, 32), bench.experts(5, 64, 96, DType.MMFP4, 32),
            bench.experts(5, 96, 64, DType.MMFP4, 32), new MlpWeights.Dense(bench.matrix(64, 96, DType.MMFP4, 32),
                bench.matrix(64, 96, DType.MMFP4, 32), bench.matrix(96, 64, DType.MMFP4, 32)));
        return List.of(
            new Embed("embed", control.tokens(), bench.matrix(207, 96, DType.BF16, 0), 1, hidden),
            new NormLinear("attention input", Component.ATTENTION, hidden, 0, 1, bench.vector(96), 1e-5f, normed,
                bench.matrix(160, 96, DType.MMFP4, 32), query, bench.matrix(80, 96, DType.MMFP4, 32), keyValue),
            new RopeCacheWrite("rope", query, keyValue, bench.vector(64), 1e-5f, shape, cache, control, 1),
            new MlaAttention("attention", query, bench.matrix(4 * 44, 64, DType.MMFP4, 32), cache, shape, control, 1,
                values),
            new LinearResidual("attention output", Component.ATTENTION, values, bench.matrix(96, 80, DType.BF16, 0),
                1, hidden),
            new NormRoute("route", hidden, bench.vector(96), 1e-5f, normed, experts.router(), experts.bias(),
                new ModelConfig.Routing(5, 2, 1, 1, true, 1), 1, ids, shares),
            new ExpertGateUp("gate and up", normed, ids, experts, 1, 2, inner, shared),
            new ExpertDown("down", inner, shared, ids, shares, experts, 1, 2, hidden),
            new NormLinear("head", Component.HEAD, hidden, 0, 1, bench.vector(96), 1e-5f, normed,
                bench.matrix(207, 96, DType.MMFP4, 32), logits, null, null),
            new SelectNext("select", logits, 207, 1, control));
    }
}
