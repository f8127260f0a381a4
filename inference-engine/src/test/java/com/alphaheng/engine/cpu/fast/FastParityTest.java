package com.alphaheng.engine.cpu.fast;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.engine.backend.CacheFormat;
import com.alphaheng.engine.backend.CacheLayer;
import com.alphaheng.engine.backend.Control;
import com.alphaheng.engine.backend.Device;
import com.alphaheng.engine.backend.DeviceBuffer;
import com.alphaheng.engine.backend.DeviceOptions;
import com.alphaheng.engine.backend.Precision;
import com.alphaheng.engine.backend.op.AbsorbQuery;
import com.alphaheng.engine.backend.op.Add;
import com.alphaheng.engine.backend.op.ArgMax;
import com.alphaheng.engine.backend.op.CacheWrite;
import com.alphaheng.engine.backend.op.Combine;
import com.alphaheng.engine.backend.op.Component;
import com.alphaheng.engine.backend.op.Embed;
import com.alphaheng.engine.backend.op.ExpandValue;
import com.alphaheng.engine.backend.op.ExpertDown;
import com.alphaheng.engine.backend.op.ExpertGateUp;
import com.alphaheng.engine.backend.op.ExpertLinear;
import com.alphaheng.engine.backend.op.LatentAttention;
import com.alphaheng.engine.backend.op.Linear;
import com.alphaheng.engine.backend.op.LinearResidual;
import com.alphaheng.engine.backend.op.MlaAttention;
import com.alphaheng.engine.backend.op.MlaShape;
import com.alphaheng.engine.backend.op.NormGateUp;
import com.alphaheng.engine.backend.op.NormLinear;
import com.alphaheng.engine.backend.op.NormRoute;
import com.alphaheng.engine.backend.op.Op;
import com.alphaheng.engine.backend.op.RmsNorm;
import com.alphaheng.engine.backend.op.Rope;
import com.alphaheng.engine.backend.op.RopeCacheWrite;
import com.alphaheng.engine.backend.op.SelectNext;
import com.alphaheng.engine.backend.op.SwiGlu;
import com.alphaheng.engine.cpu.HostBuffer;
import com.alphaheng.engine.cpu.nativelib.NativeLibrary;
import com.alphaheng.engine.cpu.reference.ReferenceBackend;
import com.alphaheng.engine.model.DType;
import com.alphaheng.engine.model.Matrix;
import com.alphaheng.engine.model.MlpWeights;
import com.alphaheng.engine.model.ModelConfig;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// Every operation on the fast kernels against the scalar reference, over awkward sizes.
@ParameterizedClass
@MethodSource("kernels")
class FastParityTest {

    private static final int THREADS = 3;
    private static final Device REFERENCE = new ReferenceBackend().open(null, DeviceOptions.defaults());

    private final Kernels kernels;
    private final double tolerance;

    FastParityTest(Kernels kernels) {
        this.kernels = kernels;
        // Relative root mean square: rounding of float32 sums, of 15-bit and of 8-bit activations.
        this.tolerance = switch (kernels.precision()) {
            case EXACT -> 2e-6;
            case INT16 -> 2e-4;
            case INT8 -> 2.5e-2;
        };
    }

    static Stream<Kernels> kernels() {
        NativeLibrary library = NativeLibrary.load();
        if (!library.available()) {
            System.out.println("only the Java kernels are tested: " + library.reason());
            return Stream.of(new VectorKernels());
        }
        return Stream.of(new VectorKernels(), library.kernels(Precision.EXACT), library.kernels(Precision.INT16),
            library.kernels(Precision.INT8));
    }

    @AfterAll
    static void closeReference() {
        REFERENCE.close();
    }

    private void compare(OpBench bench, Op operation, DeviceBuffer... outputs) {
        for (DeviceBuffer output : outputs) {
            float[] expected = bench.run(REFERENCE, operation, output);
            double typical = typical(expected);
            try (Device device = new FastDevice(kernels, THREADS)) {
                float[] actual = bench.run(device, operation, output);
                double size = 0;
                double error = 0;
                for (int i = 0; i < expected.length; i++) {
                    size += (double) expected[i] * expected[i];
                    error += Math.pow(expected[i] - actual[i], 2);
                    // One element may be off by more than the root mean square, but not by much more.
                    assertThat((double) Math.abs(actual[i] - expected[i])).as("%s[%d], %s", operation.label(), i,
                        kernels.description()).isLessThanOrEqualTo(12 * tolerance * (Math.abs(expected[i]) + typical));
                }
                assertThat(Math.sqrt(error)).as("%s, %s", operation, kernels.description())
                    .isLessThanOrEqualTo((expected.length < 32 ? 12 : 1) * tolerance * Math.sqrt(size));
            }
        }
    }

    private static double typical(float[] values) {
        double squares = 0;
        for (float value : values) {
            squares += (double) value * value;
        }
        return Math.sqrt(squares / values.length);
    }

    private static final int[][] SHAPES = {{1, 32}, {13, 96}, {207, 160}, {40, 2048}, {4098, 64}};

    @Test
    void linearOverAwkwardSizes() {
        for (int[] shape : SHAPES) {
            for (int tokens : new int[] {1, 2, 5, 13}) {
                try (OpBench bench = new OpBench(shape[0] + tokens)) {
                    DeviceBuffer in = bench.floats(tokens * shape[1]);
                    DeviceBuffer out = bench.floats(tokens * shape[0]);
                    for (Matrix matrix : List.of(bench.matrix(shape[0], shape[1], DType.MMFP4, 32),
                            bench.matrix(shape[0], shape[1], DType.BF16, 0))) {
                        compare(bench, new Linear("linear", Component.DENSE, in, matrix, tokens, out), out);
                        compare(bench, new LinearResidual("residual", Component.DENSE, in, matrix, tokens, out), out);
                    }
                }
            }
        }
    }

    @Test
    void groupsOf128AndFloatTypes() {
        try (OpBench bench = new OpBench(2)) {
            for (int tokens : new int[] {1, 4, 9}) {
                DeviceBuffer in = bench.floats(tokens * 384);
                DeviceBuffer out = bench.floats(tokens * 77);
                for (Matrix matrix : List.of(bench.matrix(77, 384, DType.MMFP4, 128),
                        bench.matrix(77, 384, DType.MMFP4, 64), bench.matrix(77, 384, DType.F16, 0),
                        bench.matrix(77, 384, DType.F32, 0))) {
                    compare(bench, new Linear("linear", Component.DENSE, in, matrix, tokens, out), out);
                }
            }
        }
    }

    @Test
    void normsAndGatedProducts() {
        for (int tokens : new int[] {1, 3, 6}) {
            try (OpBench bench = new OpBench(tokens)) {
                DeviceBuffer in = bench.floats((tokens + 2) * 160);
                DeviceBuffer normed = bench.floats(tokens * 160);
                DeviceBuffer first = bench.floats(tokens * 207);
                DeviceBuffer second = bench.floats(tokens * 13);
                compare(bench, new NormLinear("norm linear", Component.ATTENTION, in, 2, tokens, bench.vector(160),
                    1e-5f, normed, bench.matrix(207, 160, DType.MMFP4, 32), first, bench.matrix(13, 160, DType.BF16, 0),
                    second), normed, first, second);
                compare(bench, new NormGateUp("gate up", in, bench.vector(160), 1e-5f, normed,
                    bench.matrix(207, 160, DType.MMFP4, 32), bench.matrix(207, 160, DType.MMFP4, 32), tokens, first),
                    first);
                compare(bench, new RmsNorm("norm", Component.NORMS, in, 160, bench.vector(150), 1e-5f, tokens, normed,
                    160, 7), normed);
                compare(bench, new SwiGlu("swiglu", Component.DENSE, in, normed, tokens * 160, first), first);
            }
        }
    }

    private static ModelConfig.Routing rule(int groups, int kept, boolean normalized) {
        return new ModelConfig.Routing(12, 3, groups, kept, normalized, 1.8f);
    }

    @Test
    void routesLikeTheReference() {
        for (ModelConfig.Routing rule : List.of(rule(1, 1, true), rule(4, 2, true), rule(3, 1, false))) {
            for (int tokens : new int[] {1, 4, 37}) {
                try (OpBench bench = new OpBench(tokens)) {
                    DeviceBuffer in = bench.floats(tokens * 96);
                    DeviceBuffer normed = bench.floats(tokens * 96);
                    DeviceBuffer ids = bench.ints(new int[tokens * 3]);
                    DeviceBuffer weights = bench.floats(tokens * 3);
                    Op op = new NormRoute("route", in, bench.vector(96), 1e-5f, normed,
                        bench.matrix(12, 96, DType.F32, 0), bench.vector(12), rule, tokens, ids, weights);
                    compare(bench, op, weights, normed);
                    bench.runOnly(REFERENCE, op);
                    int[] expected = HostBuffer.ints(ids, tokens * 3);
                    try (Device device = new FastDevice(kernels, THREADS)) {
                        bench.runOnly(device, op);
                    }
                    assertThat(HostBuffer.ints(ids, tokens * 3)).isEqualTo(expected);
                }
            }
        }
    }

    @Test
    void experts() {
        for (DType dtype : List.of(DType.MMFP4, DType.BF16)) {
            for (int tokens : new int[] {1, 2, 5, 33}) {
                try (OpBench bench = new OpBench(tokens)) {
                    int perToken = 4;
                    MlpWeights.Experts weights = new MlpWeights.Experts(bench.matrix(7, 160, DType.F32, 0),
                        bench.vector(7), bench.experts(7, 96, 160, dtype, 32), bench.experts(7, 96, 160, dtype, 32),
                        bench.experts(7, 160, 96, dtype, 32), new MlpWeights.Dense(bench.matrix(192, 160, dtype, 32),
                            bench.matrix(192, 160, dtype, 32), bench.matrix(160, 192, dtype, 32)));
                    DeviceBuffer in = bench.floats(tokens * 160);
                    DeviceBuffer ids = bench.expertIds(tokens, perToken, 7);
                    DeviceBuffer inner = bench.floats(tokens * perToken * 96);
                    DeviceBuffer sharedInner = bench.floats(tokens * 192);
                    DeviceBuffer shares = bench.floats(tokens * perToken);
                    DeviceBuffer hidden = bench.floats(tokens * 160);
                    DeviceBuffer each = bench.floats(tokens * perToken * 160);
                    compare(bench, new ExpertGateUp("gate up", in, ids, weights, tokens, perToken, inner,
                        sharedInner), inner, sharedInner);
                    compare(bench, new ExpertDown("down", inner, sharedInner, ids, shares, weights, tokens, perToken,
                        hidden), hidden);
                    compare(bench, new ExpertLinear("plain up", in, false, ids, weights.up(), tokens, perToken,
                        inner), inner);
                    compare(bench, new ExpertLinear("plain down", inner, true, ids, weights.down(), tokens, perToken,
                        each), each);
                    compare(bench, new Combine("combine", each, shares, tokens, perToken, 160, hidden), hidden);
                    compare(bench, new Add("add", in, tokens * 160, hidden), hidden);
                }
            }
        }
    }

    private static MlaShape shape(int latent, boolean interleaved) {
        return new MlaShape(7, 24, 16, 20, latent, 0.16f, 1e4, interleaved);
    }

    @Test
    void attentionOverTheCache() {
        for (CacheFormat format : CacheFormat.values()) {
            for (int[] size : new int[][] {{1, 0}, {3, 206}, {17, 0}, {130, 37}}) {
                attention(format, size[0], size[1], size[0] == 3 ? DType.BF16 : DType.MMFP4, size[1] == 0 ? 96 : 128);
            }
        }
    }

    private void attention(CacheFormat format, int tokens, int position, DType dtype, int latent) {
        try (OpBench bench = new OpBench(tokens + position)) {
            MlaShape shape = shape(latent, tokens % 2 == 1);
            Control control = bench.control(position);
            CacheLayer cache = bench.cache(format, latent, 16, position + tokens + 3, position + tokens);
            Matrix keyValueB = bench.matrix(7 * 44, latent, dtype, 32);
            DeviceBuffer query = bench.floats(tokens * 7 * 40);
            DeviceBuffer latents = bench.floats(tokens * 7 * latent);
            DeviceBuffer attended = bench.floats(tokens * 7 * latent);
            DeviceBuffer out = bench.floats(tokens * 7 * 20);
            compare(bench, new MlaAttention("attention", query, keyValueB, cache, shape, control, tokens, out), out);
            compare(bench, new AbsorbQuery("absorb", query, keyValueB, shape, tokens, latents), latents);
            compare(bench, new ExpandValue("expand", latents, keyValueB, shape, tokens, out), out);
            compare(bench, new LatentAttention("latent", latents, query, cache, shape, control, tokens, attended),
                attended);
        }
    }

    @Test
    void ropeAndCacheRows() {
        for (CacheFormat format : CacheFormat.values()) {
            try (OpBench bench = new OpBench(format.ordinal())) {
                int tokens = 3;
                MlaShape shape = shape(96, format == CacheFormat.F16);
                Control control = bench.control(1021);
                CacheLayer cache = bench.cache(format, 96, 16, 1030, 1021);
                DeviceBuffer query = bench.floats(tokens * 7 * 40);
                DeviceBuffer keyValue = bench.floats(tokens * 112);
                DeviceBuffer latent = bench.floats(tokens * 96);
                DeviceBuffer attended = bench.floats(tokens * 7 * 96);
                Op fused = new RopeCacheWrite("rope", query, keyValue, bench.vector(96), 1e-5f, shape, cache, control,
                    tokens);
                compare(bench, fused, query);
                compare(bench, new Rope("rope", query, 7, 40, 24, 16, 1e4, shape.interleaved(), control, tokens),
                    query);
                for (Op write : List.of(fused, new CacheWrite("write", latent, keyValue, cache, control, tokens))) {
                    sameCacheRows(bench, write, cache, attended);
                }
            }
        }
    }

    /// Rows are compared as values: codes of values that lie between two steps may round either way.
    private void sameCacheRows(OpBench bench, Op write, CacheLayer cache, DeviceBuffer scratch) {
        int width = cache.layout().width();
        float[][] rows = new float[2][width];
        try (Device fast = new FastDevice(kernels, THREADS)) {
            int which = 0;
            for (Device device : List.of(REFERENCE, fast)) {
                bench.runOnly(device, write);
                CacheCodec.read(cache.layout(), Memory.address(cache.buffer()) + 1023L * cache.layout().rowBytes(),
                    Memory.address(scratch));
                rows[which++] = HostBuffer.floats(scratch, 0, width);
            }
        }
        double step = switch (cache.layout().format()) {
            case F32 -> 1e-5;
            case F16 -> 5e-3;
            case INT8 -> 0.1;
            case FP4 -> 2.1;
        };
        int different = 0;
        for (int i = 0; i < width; i++) {
            assertThat((double) Math.abs(rows[0][i] - rows[1][i])).isLessThan(step);
            different += Math.abs(rows[0][i] - rows[1][i]) > 1e-5 ? 1 : 0;
        }
        assertThat(different).isLessThan(width / 20);
    }

    @Test
    void embeddingsAndChoices() {
        try (OpBench bench = new OpBench(5)) {
            DeviceBuffer out = bench.floats(3 * 64);
            for (Matrix table : List.of(bench.matrix(50, 64, DType.BF16, 0), bench.matrix(50, 64, DType.MMFP4, 32))) {
                compare(bench, new Embed("embed", bench.ints(49, 0, 7), table, 3, out), out);
            }
            DeviceBuffer logits = bench.floats(2 * 4099);
            HostBuffer.put(logits, 700, new float[] {99});
            HostBuffer.put(logits, 3000, new float[] {99});
            float[] expected = HostBuffer.floats(logits, 0, 4099);
            DeviceBuffer ids = bench.ints(0, 0);
            Control control = bench.control(5);
            try (Device device = new FastDevice(kernels, THREADS);
                 var stream = device.newStream();
                 var program = device.prepare("choose", List.of(new ArgMax("argmax", logits, 2, 4099, ids),
                     new SelectNext("select", logits, 4099, 1, control)))) {
                stream.submit(program);
                stream.submit(program);
            }
            assertThat(expected[700]).isEqualTo(99);
            assertThat(ids.readInt(0)).isEqualTo(700);
            assertThat(control.tokens().readInt(0)).isEqualTo(700);
            assertThat(control.ring().readInt(4)).isEqualTo(700);
            assertThat(control.buffer().readInt(Control.POSITION * 4L)).isEqualTo(7);
            assertThat(control.buffer().readInt(Control.CHOSEN * 4L)).isEqualTo(2);
        }
    }
}
