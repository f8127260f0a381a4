package com.alphaheng.engine.bench;

import com.alphaheng.engine.Engine;
import com.alphaheng.engine.backend.DeviceCounters;
import com.alphaheng.engine.backend.op.Component;
import com.alphaheng.engine.graph.Optimizations;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Measures an engine at several context lengths.
public final class EngineBench {

    private final Engine engine;
    private final Plan plan;

    /// @param contexts        prompt lengths before decode
    /// @param tokens          decoded per sample
    /// @param samples         per context
    /// @param bandwidth       of this machine in GB/s, 0 when not measured
    public record Plan(List<Integer> contexts, int tokens, int samples, double bandwidth) {

        public Plan {
            contexts = List.copyOf(contexts);
            if (tokens < 1 || samples < 1 || contexts.isEmpty() || contexts.stream().anyMatch(c -> c < 0)) {
                throw new IllegalArgumentException("a benchmark needs at least one context, token and sample");
            }
        }
    }

    /// @param context prompt length
    /// @param metrics what was measured there
    public record Frontier(int context, List<Metric> metrics) {

        public Metric metric(String name) {
            return metrics.stream().filter(metric -> metric.name().equals(name)).findFirst().orElseThrow();
        }
    }

    public EngineBench(Engine engine, Plan plan) {
        this.engine = engine;
        this.plan = plan;
    }

    /// Measures every context in turn.
    public List<Frontier> run(Progress progress) {
        List<Frontier> frontiers = new ArrayList<>();
        for (int context : plan.contexts()) {
            frontiers.add(measure(context, progress));
        }
        return frontiers;
    }

    /// Hears how far a benchmark is.
    @FunctionalInterface
    public interface Progress {

        void at(String stage, long done, long total);
    }

    private Frontier measure(int context, Progress progress) {
        int[] prompt = BenchPrompt.of(engine, Math.max(context, 1));
        double[] decode = new double[plan.samples()];
        double[] prefill = new double[plan.samples()];
        DecodeRun.Sample last = null;
        Map<Component, Double> breakdown;
        String stage = "context " + context;
        try (DecodeRun run = new DecodeRun(engine, prompt, plan.tokens())) {
            DecodeRun.warmUp(plan.tokens(), run);
            for (int i = 0; i < plan.samples(); i++) {
                progress.at(stage, i, plan.samples());
                last = run.measure(plan.tokens());
                decode[i] = last.decodeRate();
                prefill[i] = prompt.length / last.prefillSeconds();
            }
            breakdown = run.breakdown(plan.tokens());
            progress.at(stage, plan.samples(), plan.samples());
        }
        return new Frontier(context, metrics(context, decode, prefill, last, breakdown));
    }

    private List<Metric> metrics(int context, double[] decode, double[] prefill, DecodeRun.Sample sample,
                                 Map<Component, Double> breakdown) {
        Optimizations rung = engine.options().optimizations();
        double tokens = sample.tokens();
        double bytes = BytesPerToken.weights(engine.weights())
            + BytesPerToken.cache(engine.config(), rung.cacheFormat(), context + sample.tokens() / 2);
        List<Metric> metrics = new ArrayList<>();
        metrics.add(Metric.of("decode_tokens_per_second", "tok/s", decode));
        metrics.add(Metric.of("prefill_tokens_per_second", "tok/s", prefill));
        metrics.add(Metric.of("gb_per_token", "GB", bytes / 1e9));
        if (plan.bandwidth() > 0) {
            metrics.add(Metric.of("memory_bandwidth", "GB/s", plan.bandwidth()));
            metrics.add(Metric.of("roofline_share", "1", Metric.median(decode) * bytes / 1e9 / plan.bandwidth()));
        }
        count(metrics, "", sample.counters(), sample.heapBytes(), tokens);
        metrics.add(Metric.of("host_pauses_per_token", "1", sample.pauses() / tokens));
        count(metrics, "prefill_", sample.prefill(), 0, Math.max(context, 1));
        engine.device().expertCache().ifPresent(use -> {
            metrics.add(Metric.of("expert_hit_rate", "1", use.hitRate()));
            metrics.add(Metric.of("expert_resident_gb", "GB", use.residentBytes() / 1e9));
        });
        breakdown.forEach((component, milliseconds) -> metrics.add(Metric.of("component_ms."
            + component.name().toLowerCase(Locale.ROOT), "ms", milliseconds)));
        return metrics;
    }

    /// What the device counted in one stage, per token of that stage.
    private static void count(List<Metric> metrics, String stage, DeviceCounters counters, long heapBytes,
                              double tokens) {
        metrics.add(Metric.of(stage + "host_waits_per_token", "1", counters.hostWaits() / tokens));
        metrics.add(Metric.of(stage + "submissions_per_token", "1", counters.submissions() / tokens));
        metrics.add(Metric.of(stage + "operations_per_token", "1", counters.operations() / tokens));
        metrics.add(Metric.of(stage + "dispatches_per_token", "1", counters.dispatches() / tokens));
        metrics.add(Metric.of(stage + "encode_ms_per_token", "ms", counters.encodeNanos() / 1e6 / tokens));
        metrics.add(Metric.of(stage + "gpu_ms_per_token", "ms", counters.gpuNanos() / 1e6 / tokens));
        metrics.add(Metric.of(stage + "bytes_allocated_per_token", "B",
            (counters.bytesAllocated() + heapBytes) / tokens));
    }
}
