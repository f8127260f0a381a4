package com.alphaheng.engine.cpu.fast;

import com.alphaheng.engine.backend.CacheFormat;
import com.alphaheng.engine.backend.CacheLayer;
import com.alphaheng.engine.backend.DeviceBuffer;
import com.alphaheng.engine.backend.Precision;
import com.alphaheng.engine.cpu.nativelib.NativeLibrary;
import com.alphaheng.engine.model.DType;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/// Time of the kernels on one thread, with the shapes of GLM-4.7-Flash. [#main] runs all of them; docs/cpu-kernels.md
/// says how.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(value = 1, jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class KernelBenchmark {

    private static final int COLS = 2048;
    private static final int ROWS = 4096;
    private static final int LATENT = 512;
    private static final int ROPE = 64;
    private static final int HEADS = 5;
    private static final int POSITIONS = 512;
    private static final int INPUTS = 32;

    /// Which kernels; the C ones are missing where no compiler is.
    @Param({"JAVA", "C_EXACT", "C_INT16", "C_INT8"})
    public String variant;

    private OpBench bench;
    private Kernels kernels;
    private MatrixAddress matrix;
    private MatrixAddress keyValueB;
    private CacheLayer cache;
    private long in;
    private long packed;
    private long out;
    private long scratch;
    private final Batch batch = new Batch();

    @Setup
    public void prepare() {
        kernels = variant.equals("JAVA") ? new VectorKernels()
            : NativeLibrary.load().kernels(Precision.valueOf(variant.substring(2)));
        bench = new OpBench(1);
        matrix = MatrixAddress.of(bench.matrix(ROWS, COLS, DType.MMFP4, 32));
        keyValueB = MatrixAddress.of(bench.matrix(448, LATENT, DType.MMFP4, 32));
        cache = bench.cache(CacheFormat.F16, LATENT, ROPE, POSITIONS, POSITIONS);
        in = Memory.address(bench.floats(INPUTS * COLS));
        out = Memory.address(bench.floats(INPUTS * ROWS));
        DeviceBuffer inputs = bench.floats((int) (INPUTS * kernels.packedBytes(COLS) / 4));
        packed = Memory.address(inputs);
        for (int i = 0; i < INPUTS; i++) {
            kernels.pack(in + 4L * i * COLS, COLS, packed + i * kernels.packedBytes(COLS));
        }
        scratch = Memory.address(bench.floats(1 << 20));
    }

    @TearDown
    public void close() {
        bench.close();
    }

    @Benchmark
    public void productOfOneInput() {
        kernels.product(matrix, 0, ROWS, packed, kernels.packedBytes(COLS), batch.inOrder(1, false), out, ROWS,
            scratch);
    }

    @Benchmark
    public void productOf32Inputs() {
        kernels.product(matrix, 0, ROWS, packed, kernels.packedBytes(COLS), batch.inOrder(INPUTS, false), out, ROWS,
            scratch);
    }

    @Benchmark
    public void packOneInput() {
        kernels.pack(in, COLS, packed);
    }

    @Benchmark
    public void absorbOneHead() {
        kernels.absorb(keyValueB, 0, 192, in, 1, out);
    }

    @Benchmark
    public void attendFiveHeadsAt512Positions() {
        kernels.attend(in, HEADS, Memory.address(cache.buffer()), cache.layout(), POSITIONS, out, scratch);
    }

    /// Runs the benchmarks whose names match the first argument, or all.
    public static void main(String[] arguments) throws RunnerException {
        new Runner(new OptionsBuilder().include(KernelBenchmark.class.getSimpleName() + (arguments.length > 0
            ? ".*" + arguments[0] : "")).build()).run();
    }
}
