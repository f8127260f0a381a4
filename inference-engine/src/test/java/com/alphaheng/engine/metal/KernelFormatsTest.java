package com.alphaheng.engine.metal;

import com.alphaheng.engine.backend.CacheFormat;
import com.alphaheng.engine.backend.CacheLayer;
import com.alphaheng.engine.backend.Control;
import com.alphaheng.engine.backend.DeviceBuffer;
import com.alphaheng.engine.backend.op.AbsorbQuery;
import com.alphaheng.engine.backend.op.CacheWrite;
import com.alphaheng.engine.backend.op.Component;
import com.alphaheng.engine.backend.op.Embed;
import com.alphaheng.engine.backend.op.ExpandValue;
import com.alphaheng.engine.backend.op.ExpertDown;
import com.alphaheng.engine.backend.op.ExpertGateUp;
import com.alphaheng.engine.backend.op.ExpertLinear;
import com.alphaheng.engine.backend.op.Linear;
import com.alphaheng.engine.backend.op.LinearResidual;
import com.alphaheng.engine.backend.op.MlaAttention;
import com.alphaheng.engine.backend.op.MlaShape;
import com.alphaheng.engine.backend.op.NormGateUp;
import com.alphaheng.engine.backend.op.NormLinear;
import com.alphaheng.engine.backend.op.NormRoute;
import com.alphaheng.engine.backend.op.RopeCacheWrite;
import com.alphaheng.engine.backend.op.Route;
import com.alphaheng.engine.model.DType;
import com.alphaheng.engine.model.Matrix;
import com.alphaheng.engine.model.MlpWeights;
import com.alphaheng.engine.model.ModelConfig;
import org.junit.jupiter.api.Test;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import static org.assertj.core.api.Assertions.assertThat;

/// Every kernel in every format of weights and of the cache, few tokens and many, against the scalar reference; and
/// that none of the combinations was left out.
@SoftMetalTest
class KernelFormatsTest {
    private enum Format {
        F32(DType.F32, 32), F16(DType.F16, 32), BF16(DType.BF16, 32), MMFP4_32(DType.MMFP4, 32),
        MMFP4_128(DType.MMFP4, 128);

        private final DType type;
        private final int group;

        Format(DType type, int group) {
            this.type = type;
            this.group = group;
        }

        Matrix matrix(KernelBench bench, int rows, int columns) {
            return bench.matrix(rows, columns, type, group);
        }
    }

    private static final Set<String> OF_WEIGHTS = Set.of("embed", "linear", "linear_tiled", "linear_residual",
            "norm_linear", "norm_gate_up", "expert_linear", "expert_linear_tiled", "expert_gate_up", "expert_down",
            "absorb_query", "absorb_query_tiled", "expand_value", "expand_value_tiled", "merge_expand_value");
    /// The router is never quantized.
    private static final Set<String> OF_ROUTERS = Set.of("route", "norm_route");
    private static final Set<String> OF_SEVERAL_TOKENS = Set.of("linear", "linear_residual", "norm_linear",
            "norm_gate_up");
    private static final Set<String> OF_CACHES = Set.of("cache_write", "rope_cache_write", "latent_attention",
            "mla_attention_tiled");
    /// Without formats: KernelParityTest and SamplingTest compare them.
    private static final Set<String> PLAIN = Set.of("swiglu", "add", "copy", "concat", "combine", "advance", "rms_norm",
            "rope", "group_by_expert", "arg_max", "select_next", "sample_adjust", "sample_weigh", "sample_next");

    @Test
    void everyKernelInEveryFormat() {
        try (MetalBackendDevice metal = new MetalBackendDevice(null)) {
            for (Format format : Format.values()) {
                try (KernelBench bench = new KernelBench(metal, format.ordinal())) {
                    for (int tokens = 1; tokens <= 5; tokens++) {
                        products(bench, format, tokens);
                    }
                    experts(bench, format, 1);
                    experts(bench, format, 17);
                    for (CacheFormat cache : CacheFormat.values()) {
                        attention(bench, format, cache, 1, 30);
                        attention(bench, format, cache, 1, 100);
                        attention(bench, format, cache, 5, 100);
                    }
                }
            }
            nothingIsLeftOut(metal.kernels());
        }
    }

    private static void products(KernelBench bench, Format format, int tokens) {
        DeviceBuffer in = bench.floats(tokens * 256);
        DeviceBuffer normed = bench.floats(tokens * 256);
        DeviceBuffer out = bench.floats(tokens * 13);
        DeviceBuffer second = bench.floats(tokens * 5);
        Matrix matrix = format.matrix(bench, 13, 256);
        bench.compare(new Linear("linear", Component.DENSE, in, matrix, tokens, out), out);
        bench.compare(new LinearResidual("residual", Component.DENSE, in, matrix, tokens, out), out);
        bench.compare(new NormLinear("norm linear", Component.ATTENTION, in, 0, tokens, bench.vector(256), 1e-5f,
                normed, matrix, out, format.matrix(bench, 5, 256), second), normed, out, second);
        bench.compare(new NormGateUp("gate up", in, bench.vector(256), 1e-5f, normed, matrix,
                format.matrix(bench, 13, 256), tokens, out), normed, out);
        DeviceBuffer embedded = bench.floats(2 * 256);
        bench.compare(new Embed("embed", bench.ints(12, 0), matrix, 2, embedded), embedded);
    }

    private static void experts(KernelBench bench, Format format, int tokens) {
        MlpWeights.Experts weights = new MlpWeights.Experts(bench.matrix(5, 128, DType.F32, 0), bench.vector(5),
                bench.experts(5, 128, 128, format.type, format.group),
                bench.experts(5, 128, 128, format.type, format.group),
                bench.experts(5, 128, 128, format.type, format.group),
                new MlpWeights.Dense(format.matrix(bench, 128, 128), format.matrix(bench, 128, 128),
                        format.matrix(bench, 128, 128)));
        DeviceBuffer in = bench.floats(tokens * 128);
        DeviceBuffer ids = bench.expertIds(tokens, 2, 5);
        DeviceBuffer inner = bench.floats(tokens * 2 * 128);
        DeviceBuffer shared = bench.floats(tokens * 128);
        DeviceBuffer shares = bench.floats(tokens * 2);
        DeviceBuffer hidden = bench.floats(tokens * 128);
        bench.compare(new ExpertGateUp("gate up", in, ids, weights, tokens, 2, inner, shared), inner, shared);
        bench.compare(new ExpertDown("down", inner, shared, ids, shares, weights, tokens, 2, hidden), hidden);
        bench.compare(new ExpertLinear("up", in, false, ids, weights.up(), tokens, 2, inner), inner);
        if (format.type != DType.MMFP4) {
            ModelConfig.Routing rule = new ModelConfig.Routing(5, 2, 1, 1, true, 1.8f);
            Matrix router = format.matrix(bench, 5, 128);
            bench.compare(new Route("route", in, router, bench.vector(5), rule, tokens, ids, shares), shares);
            bench.compare(new NormRoute("norm route", in, bench.vector(128), 1e-5f, hidden, router, bench.vector(5),
                    rule, tokens, ids, shares), hidden, shares);
        }
    }

    /// @param capacity of the cache: of more than 64 positions, attention is split
    private static void attention(KernelBench bench, Format format, CacheFormat cacheFormat, int tokens, int capacity) {
        MlaShape shape = new MlaShape(3, 24, 18, 20, 128, 0.16f, 1e4, true);
        int position = capacity - tokens - 2;
        Control control = bench.control(position);
        CacheLayer cache = bench.cache(cacheFormat, 128, 18, capacity, position + tokens);
        Matrix keyValueB = format.matrix(bench, 3 * 44, 128);
        DeviceBuffer query = bench.floats(tokens * 3 * 42);
        DeviceBuffer keyValue = bench.floats(tokens * 146);
        DeviceBuffer latents = bench.floats(tokens * 3 * 128);
        DeviceBuffer out = bench.floats(tokens * 3 * 20);
        bench.compare(new MlaAttention("attention", query, keyValueB, cache, shape, control, tokens, out), out);
        bench.compare(new AbsorbQuery("absorb", query, keyValueB, shape, tokens, latents), latents);
        bench.compare(new ExpandValue("expand", latents, keyValueB, shape, tokens, out), out);
        // What they write into the cache is compared by KernelParityTest, value by value.
        bench.compare(new RopeCacheWrite("rope", query, keyValue, bench.vector(128), 1e-5f, shape, cache, control,
                tokens), query);
        bench.runMetal(new CacheWrite("write", latents, keyValue, cache, control, tokens));
    }

    private static void nothingIsLeftOut(KernelLibrary kernels) {
        Set<String> found = new HashSet<>();
        for (KernelVariant variant : kernels.compiled()) {
            Map<FunctionConstant, Integer> constants = variant.constants();
            found.add(variant.kernel() + " weights " + constants.get(FunctionConstant.WEIGHT_FORMAT) + "/"
                    + constants.get(FunctionConstant.GROUP_SIZE));
            found.add(variant.kernel() + " cache " + constants.get(FunctionConstant.CACHE_FORMAT));
            found.add(variant.kernel() + " tokens " + constants.get(FunctionConstant.TOKENS));
        }
        Set<String> wanted = new TreeSet<>();
        for (Format format : Format.values()) {
            String suffix = " weights " + WeightFormat.of(format.type).ordinal() + "/" + format.group;
            OF_WEIGHTS.forEach(kernel -> wanted.add(kernel + suffix));
            if (format.type != DType.MMFP4) {
                OF_ROUTERS.forEach(kernel -> wanted.add(kernel + suffix));
            }
        }
        for (CacheFormat format : CacheFormat.values()) {
            OF_CACHES.forEach(kernel -> wanted.add(kernel + " cache " + format.ordinal()));
        }
        for (int tokens = 1; tokens <= ProgramBuilder.VECTOR_TOKENS; tokens++) {
            String suffix = " tokens " + tokens;
            OF_SEVERAL_TOKENS.forEach(kernel -> wanted.add(kernel + suffix));
        }
        assertThat(found).containsAll(wanted);
        Set<String> known = new TreeSet<>();
        List.of(OF_WEIGHTS, OF_ROUTERS, OF_CACHES, PLAIN).forEach(known::addAll);
        assertThat(new TreeSet<>(kernels.kernels())).as("a new kernel belongs in one of the sets").isEqualTo(known);
    }
}
