package com.alphaheng.engine.metal;

import com.alphaheng.engine.backend.CacheFormat;
import com.alphaheng.engine.backend.CacheLayer;
import com.alphaheng.engine.backend.Control;
import com.alphaheng.engine.backend.Device;
import com.alphaheng.engine.backend.DeviceBuffer;
import com.alphaheng.engine.backend.DeviceOptions;
import com.alphaheng.engine.backend.op.AbsorbQuery;
import com.alphaheng.engine.backend.op.Add;
import com.alphaheng.engine.backend.op.Advance;
import com.alphaheng.engine.backend.op.ArgMax;
import com.alphaheng.engine.backend.op.CacheWrite;
import com.alphaheng.engine.backend.op.Combine;
import com.alphaheng.engine.backend.op.Component;
import com.alphaheng.engine.backend.op.Concat;
import com.alphaheng.engine.backend.op.Copy;
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
import com.alphaheng.engine.backend.op.Route;
import com.alphaheng.engine.backend.op.SelectNext;
import com.alphaheng.engine.backend.op.SwiGlu;
import com.alphaheng.engine.cpu.HostBuffer;
import com.alphaheng.engine.cpu.reference.CacheRows;
import com.alphaheng.engine.model.DType;
import com.alphaheng.engine.model.Matrix;
import com.alphaheng.engine.model.MlpWeights;
import com.alphaheng.engine.model.ModelConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/// Every operation on the GPU's kernels against the scalar reference, over awkward sizes.
@SoftMetalTest
class KernelParityTest {
    private Device metal;

    @BeforeEach
    void open() {
        metal = new MetalBackend().open(null, DeviceOptions.defaults());
    }

    @AfterEach
    void close() {
        metal.close();
    }

    @Test
    void productsOverAwkwardSizes() {
        int[][] shapes = {{1, 32}, {13, 96}, {207, 160}, {40, 2048}, {4098, 64}};
        for (int[] shape : shapes) {
            for (int tokens : new int[] {1, 4, 5, 33}) {
                if (shape[0] * shape[1] * tokens > 2_000_000) {
                    continue;
                }
                try (KernelBench bench = new KernelBench(metal, shape[0] + tokens)) {
                    DeviceBuffer in = bench.floats(tokens * shape[1]);
                    DeviceBuffer out = bench.floats(tokens * shape[0]);
                    Matrix matrix = bench.matrix(shape[0], shape[1], DType.MMFP4, 32);
                    bench.compare(new Linear("linear", Component.DENSE, in, matrix, tokens, out), out);
                    bench.compare(new LinearResidual("residual", Component.DENSE, in, matrix, tokens, out), out);
                }
            }
        }
    }

    @Test
    void everyWeightFormat() {
        for (int tokens : new int[] {1, 3, 9}) {
            try (KernelBench bench = new KernelBench(metal, tokens)) {
                for (int[] format : new int[][] {{384, 128}, {384, 64}, {384, 32}}) {
                    DeviceBuffer in = bench.floats(tokens * format[0]);
                    DeviceBuffer out = bench.floats(tokens * 77);
                    bench.compare(new Linear("linear", Component.DENSE, in,
                            bench.matrix(77, format[0], DType.MMFP4, format[1]), tokens, out), out);
                }
                for (DType type : List.of(DType.F32, DType.F16, DType.BF16)) {
                    for (int columns : new int[] {1, 13, 207}) {
                        DeviceBuffer in = bench.floats(tokens * columns);
                        DeviceBuffer out = bench.floats(tokens * 77);
                        bench.compare(new Linear("linear", Component.DENSE, in, bench.matrix(77, columns, type, 0),
                                tokens, out), out);
                    }
                }
            }
        }
    }

    @Test
    void normsAndGatedProducts() {
        for (int tokens : new int[] {1, 4, 6}) {
            try (KernelBench bench = new KernelBench(metal, tokens)) {
                DeviceBuffer in = bench.floats((tokens + 2) * 160);
                DeviceBuffer normed = bench.floats(tokens * 160);
                DeviceBuffer first = bench.floats(tokens * 207);
                DeviceBuffer second = bench.floats(tokens * 13);
                for (DType type : List.of(DType.MMFP4, DType.BF16)) {
                    bench.compare(new NormLinear("norm linear", Component.ATTENTION, in, 2, tokens,
                            bench.vector(160), 1e-5f, normed, bench.matrix(207, 160, DType.MMFP4, 32), first,
                            bench.matrix(13, 160, type, 32), second), normed, first, second);
                    bench.compare(new NormGateUp("gate up", in, bench.vector(160), 1e-5f, normed,
                            bench.matrix(207, 160, DType.MMFP4, 32), bench.matrix(207, 160, type, 32), tokens, first),
                            normed, first);
                }
                bench.compare(new NormLinear("head", Component.HEAD, in, 0, tokens, bench.vector(160), 1e-5f, normed,
                        bench.matrix(207, 160, DType.BF16, 0), first, null, null), normed, first);
                bench.compare(new RmsNorm("norm", Component.NORMS, in, 160, bench.vector(150), 1e-5f, tokens, normed,
                        160, 7), normed);
                bench.compare(new SwiGlu("swiglu", Component.DENSE, in, normed, tokens * 160, first), first);
            }
        }
    }

    @Test
    void routing() {
        ModelConfig.Routing[] rules = {new ModelConfig.Routing(12, 3, 1, 1, true, 1.8f),
            new ModelConfig.Routing(12, 3, 4, 2, true, 1.8f), new ModelConfig.Routing(12, 3, 3, 1, false, 1.8f),
            new ModelConfig.Routing(207, 8, 1, 1, true, 2.5f)};
        for (ModelConfig.Routing rule : rules) {
            for (int tokens : new int[] {1, 7}) {
                try (KernelBench bench = new KernelBench(metal, tokens)) {
                    DeviceBuffer in = bench.floats(tokens * 96);
                    DeviceBuffer normed = bench.floats(tokens * 96);
                    DeviceBuffer ids = bench.ints(new int[tokens * rule.perToken()]);
                    DeviceBuffer weights = bench.floats(tokens * rule.perToken());
                    Matrix router = bench.matrix(rule.experts(), 96, DType.F32, 0);
                    Op fused = new NormRoute("route", in, bench.vector(96), 1e-5f, normed, router,
                            bench.vector(rule.experts()), rule, tokens, ids, weights);
                    Op plain = new Route("route", in, router, bench.vector(rule.experts()), rule, tokens, ids, weights);
                    bench.compare(fused, normed, weights);
                    for (Op op : List.of(fused, plain)) {
                        bench.runReference(op);
                        int[] expected = HostBuffer.ints(ids, tokens * rule.perToken());
                        bench.runMetal(op);
                        assertThat(HostBuffer.ints(ids, tokens * rule.perToken())).as("%s", op).isEqualTo(expected);
                    }
                }
            }
        }
    }

    @Test
    void experts() {
        for (DType type : List.of(DType.MMFP4, DType.BF16)) {
            for (int tokens : new int[] {1, 5, 33}) {
                try (KernelBench bench = new KernelBench(metal, tokens)) {
                    int perToken = 3;
                    MlpWeights.Experts weights = new MlpWeights.Experts(bench.matrix(7, 160, DType.F32, 0),
                            bench.vector(7), bench.experts(7, 96, 160, type), bench.experts(7, 96, 160, type),
                            bench.experts(7, 160, 96, type), new MlpWeights.Dense(bench.matrix(192, 160, type, 32),
                                    bench.matrix(192, 160, type, 32), bench.matrix(160, 192, DType.MMFP4, 32)));
                    DeviceBuffer in = bench.floats(tokens * 160);
                    DeviceBuffer ids = bench.expertIds(tokens, perToken, 7);
                    DeviceBuffer inner = bench.floats(tokens * perToken * 96);
                    DeviceBuffer shared = bench.floats(tokens * 192);
                    DeviceBuffer shares = bench.floats(tokens * perToken);
                    DeviceBuffer hidden = bench.floats(tokens * 160);
                    DeviceBuffer each = bench.floats(tokens * perToken * 160);
                    bench.compare(new ExpertGateUp("gate up", in, ids, weights, tokens, perToken, inner, shared),
                            inner, shared);
                    bench.compare(new ExpertDown("down", inner, shared, ids, shares, weights, tokens, perToken,
                            hidden), hidden);
                    bench.compare(new ExpertLinear("up", in, false, ids, weights.up(), tokens, perToken, inner),
                            inner);
                    bench.compare(new ExpertLinear("down", inner, true, ids, weights.down(), tokens, perToken, each),
                            each);
                    bench.compare(new Combine("combine", each, shares, tokens, perToken, 160, hidden), hidden);
                }
            }
        }
    }

    @Test
    void attentionInEveryCacheFormat() {
        for (CacheFormat format : CacheFormat.values()) {
            attention(format, 1, 0, 7, 96, DType.MMFP4);
            attention(format, 3, 206, 7, 128, DType.BF16);
            attention(format, 9, 37, 20, 34, DType.F16);
            attention(format, 5, 0, 3, 96, DType.MMFP4);
        }
        attention(CacheFormat.F16, 37, 3, 5, 74, DType.BF16);
        attention(CacheFormat.INT8, 6, 13, 3, 512, DType.MMFP4);
        attention(CacheFormat.F16, 1, 70, 3, 512, DType.MMFP4);
    }

    @Test
    void attentionAtTheTrueWidths() {
        MlaShape shape = new MlaShape(3, 192, 64, 256, 512, 0.0625f, 1e6, true);
        for (int tokens : new int[] {1, 6}) {
            try (KernelBench bench = new KernelBench(metal, tokens)) {
                CacheLayer cache = bench.cache(CacheFormat.F16, 512, 64, 140, 130 + tokens);
                DeviceBuffer query = bench.floats(tokens * shape.heads() * 256);
                DeviceBuffer out = bench.floats(tokens * shape.heads() * 256);
                bench.compare(new MlaAttention("attention", query, bench.matrix(3 * 448, 512, DType.MMFP4, 32), cache,
                        shape, bench.control(130), tokens, out), out);
            }
        }
    }

    private void attention(CacheFormat format, int tokens, int position, int heads, int latent, DType type) {
        try (KernelBench bench = new KernelBench(metal, tokens + position)) {
            MlaShape shape = new MlaShape(heads, 24, 18, 20, latent, 0.16f, 1e4, true);
            Control control = bench.control(position);
            CacheLayer cache = bench.cache(format, latent, 18, position + tokens + 3, position + tokens);
            Matrix keyValueB = bench.matrix(heads * 44, latent, type, 32);
            DeviceBuffer query = bench.floats(tokens * heads * 42);
            DeviceBuffer latents = bench.floats(tokens * heads * latent);
            DeviceBuffer attended = bench.floats(tokens * heads * latent);
            DeviceBuffer out = bench.floats(tokens * heads * 20);
            bench.compare(new MlaAttention("attention", query, keyValueB, cache, shape, control, tokens, out), out);
            bench.compare(new AbsorbQuery("absorb", query, keyValueB, shape, tokens, latents), latents);
            bench.compare(new ExpandValue("expand", latents, keyValueB, shape, tokens, out), out);
            bench.compare(new LatentAttention("latent", latents, query, cache, shape, control, tokens, attended),
                    attended);
        }
    }

    @Test
    void ropeAndCacheRows() {
        for (CacheFormat format : CacheFormat.values()) {
            try (KernelBench bench = new KernelBench(metal, format.ordinal())) {
                int tokens = 3;
                boolean interleaved = format == CacheFormat.F16;
                MlaShape shape = new MlaShape(7, 24, 18, 20, 74, 0.16f, 1e4, interleaved);
                Control control = bench.control(1021);
                CacheLayer cache = bench.cache(format, 74, 18, 1030, 1021);
                DeviceBuffer query = bench.floats(tokens * 7 * 42);
                DeviceBuffer keyValue = bench.floats(tokens * 92);
                DeviceBuffer latent = bench.floats(tokens * 74);
                Op fused = new RopeCacheWrite("rope", query, keyValue, bench.vector(74), 1e-5f, shape, cache, control,
                        tokens);
                bench.compare(fused, query);
                bench.compare(new Rope("rope", query, 7, 42, 24, 18, 1e4, interleaved, control, tokens), query);
                sameRows(bench, fused, cache);
                sameRows(bench, new CacheWrite("write", latent, keyValue, cache, control, tokens), cache);
            }
        }
    }

    /// Rows are compared as values: codes of values between two steps may round either way.
    private static void sameRows(KernelBench bench, Op write, CacheLayer cache) {
        int width = cache.layout().width();
        float[] expected = new float[3 * width];
        float[] actual = new float[3 * width];
        bench.runReference(write);
        for (int row = 0; row < 3; row++) {
            CacheRows.read(cache, 1021 + row, expected, row * width);
        }
        bench.runMetal(write);
        int different = 0;
        for (int row = 0; row < 3; row++) {
            CacheRows.read(cache, 1021 + row, actual, row * width);
        }
        double step = switch (cache.layout().format()) {
            case F32 -> 1e-5;
            case F16 -> 5e-3;
            case INT8 -> 0.1;
            case FP4 -> 2.1;
        };
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) Math.abs(expected[i] - actual[i])).as("%s value %d", write.label(), i).isLessThan(step);
            different += Math.abs(expected[i] - actual[i]) > 1e-5 ? 1 : 0;
        }
        assertThat(different).isLessThan(expected.length / 20);
    }

    @Test
    void embeddingsAndElements() {
        try (KernelBench bench = new KernelBench(metal, 5)) {
            DeviceBuffer out = bench.floats(3 * 96);
            DeviceBuffer ids = bench.ints(49, 0, 7);
            for (DType type : List.of(DType.BF16, DType.F32, DType.MMFP4)) {
                bench.compare(new Embed("embed", ids, bench.matrix(50, 96, type, 32), 3, out), out);
            }
            DeviceBuffer odd = bench.floats(2 * 13);
            bench.compare(new Embed("embed", ids, bench.matrix(50, 13, DType.F16, 0), 2, odd), odd);
            DeviceBuffer first = bench.floats(5 * 13);
            DeviceBuffer second = bench.floats(5 * 13);
            DeviceBuffer wide = bench.floats(5 * 26);
            bench.compare(new Concat("concat", Component.HEAD, first, second, 13, 5, wide), wide);
            bench.compare(new Copy("copy", Component.HEAD, first, 1, 3, 13, wide, 4), wide);
            bench.compare(new Add("add", first, 65, second), second);
        }
    }

    @Test
    void choices() {
        try (KernelBench bench = new KernelBench(metal, 6)) {
            for (int vocabulary : new int[] {1, 31, 4099}) {
                DeviceBuffer logits = bench.floats(2 * vocabulary);
                DeviceBuffer ids = bench.ints(0, 0);
                Op argMax = new ArgMax("argmax", logits, 2, vocabulary, ids);
                bench.runReference(argMax);
                int[] expected = HostBuffer.ints(ids, 2);
                bench.runMetal(argMax);
                assertThat(HostBuffer.ints(ids, 2)).isEqualTo(expected);
                Control control = bench.control(5);
                bench.runMetal(new SelectNext("select", logits, vocabulary, 3, control));
                assertThat(control.tokens().readInt(0)).isEqualTo(expected[0]);
                assertThat(control.ring().readInt(0)).isEqualTo(expected[0]);
                assertThat(control.buffer().readInt(Control.POSITION * 4L)).isEqualTo(8);
                assertThat(control.buffer().readInt(Control.CHOSEN * 4L)).isEqualTo(1);
                bench.runMetal(new Advance("advance", 4, control));
                assertThat(control.buffer().readInt(Control.POSITION * 4L)).isEqualTo(9);
            }
        }
    }

    @Test
    void equalLogitsGoToTheLowestId() {
        try (KernelBench bench = new KernelBench(metal, 7)) {
            float[] logits = new float[700];
            logits[333] = 2;
            logits[612] = 2;
            DeviceBuffer ids = bench.ints(0);
            bench.runMetal(new ArgMax("two", bench.values(logits), 1, 700, ids));
            assertThat(ids.readInt(0)).isEqualTo(333);
            bench.runMetal(new ArgMax("all", bench.values(new float[700]), 1, 700, ids));
            assertThat(ids.readInt(0)).isZero();
        }
    }
}
