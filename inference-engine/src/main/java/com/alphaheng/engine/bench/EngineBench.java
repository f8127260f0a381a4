package com.alphaheng.engine.bench;

import com.alphaheng.engine.Engine;
import com.alphaheng.engine.backend.DeviceCounters;
import com.alphaheng.engine.backend.op.Component;
import com.alphaheng.engine.graph.DraftCounters;
import com.alphaheng.engine.graph.Optimizations;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Measures an engine at several context lengths.
public final class EngineBench {

    /// Longer prompts, which can take minutes, are computed once, after the shorter ones have warmed everything up.
    private static final int SHORT_PROMPT = 1024;

    private final Engine engine;
    private final Plan plan;

    /// @param contexts        prompt lengths before decode
    /// @param tokens          decoded per sample
    /// @param samples         per context
    /// @param bandwidth       of this machine in GB/s, 0 when not measured
    /// @param seed            of the prompts
    public record Plan(List<Integer> contexts, int tokens, int samples, double bandwidth, long seed) {

        public Plan {
            contexts = List.copyOf(contexts);
            if (tokens < 1 || samples < 1 || contexts.isEmpty() || contexts.stream().anyMatch(c -> c < 0)) {
                throw new IllegalArgumentException("a benchmark needs at least one context, token and sample");
            }
        }
    }

    /// @param context    prompt length
    /// @param metrics    what was measured there
    /// @param operations submitted for the last sample, by kind
    public record Frontier(int context, List<Metric> metrics, Map<String, Long> operations) {

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
        int length = Math.max(context, 1);
        boolean isShort = length <= SHORT_PROMPT;
        List<DecodeRun.Sample> prefills = new ArrayList<>();
        List<DecodeRun.Sample> decodes = new ArrayList<>();
        String stage = "context " + context;
        Map<String, Long> before = Map.of();
        Map<String, Long> after = Map.of();
        progress.at(stage, 0, plan.samples());
        try (DecodeRun run = new DecodeRun(engine, new BenchPrompts(engine, plan.seed()), length, plan.tokens())) {
            if (isShort) {
                DecodeRun.warmUp(plan.tokens(), run);
            } else {
                prefills.add(run.measure(plan.tokens()));
            }
            for (int i = 0; i < plan.samples(); i++) {
                before = engine.device().operationsByKind();
                DecodeRun.Sample sample = isShort ? run.measure(plan.tokens()) : run.measureDecode(plan.tokens());
                after = engine.device().operationsByKind();
                decodes.add(sample);
                if (isShort) {
                    prefills.add(sample);
                }
                progress.at(stage, i + 1, plan.samples());
            }
            return new Frontier(context, metrics(context, prefills, decodes, run.breakdown(plan.tokens())),
                ExecutionRecord.since(before, after));
        }
    }

    /// What samples at one context say.
    ///
    /// @param breakdown milliseconds per token, of those components that were timed
    List<Metric> metrics(int context, List<DecodeRun.Sample> prefills, List<DecodeRun.Sample> decodes,
                         Map<Component, Double> breakdown) {
        int prompt = Math.max(context, 1);
        double[] decode = decodes.stream().mapToDouble(DecodeRun.Sample::decodeRate).toArray();
        double[] prefill = prefills.stream().mapToDouble(sample -> prompt / sample.prefillSeconds()).toArray();
        DecodeRun.Sample sample = decodes.getLast();
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
            // A step that verifies drafts reads the weights once for several tokens, but for experts they do not share.
            if (rung.drafts() == 0) {
                metrics.add(Metric.of("roofline_share", "1", Metric.median(decode) * bytes / 1e9 / plan.bandwidth()));
            }
        }
        count(metrics, "", sample.counters(), sample.heapBytes(), tokens);
        metrics.add(Metric.of("host_pauses_per_token", "1", sample.pauses() / tokens));
        count(metrics, "prefill_", prefills.getLast().prefill(), 0, prompt);
        if (rung.drafts() > 0) {
            DraftCounters drafts = decodes.stream().map(DecodeRun.Sample::drafts)
                .reduce(DraftCounters.none(rung.drafts()), DraftCounters::plus);
            metrics.add(Metric.of("tokens_per_step", "1", drafts.tokensPerStep()));
            metrics.add(Metric.of("draft_acceptance", "1", drafts.acceptance(1)));
            for (int depth = 1; depth <= drafts.depth(); depth++) {
                metrics.add(Metric.of("draft_acceptance.depth_" + depth, "1", drafts.acceptance(depth)));
            }
        }
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
