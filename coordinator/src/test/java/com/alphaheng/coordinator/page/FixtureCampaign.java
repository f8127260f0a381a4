package com.alphaheng.coordinator.page;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.DoubleStream;

/// A canned campaign in the shapes of the HTTP contract. Its figures are made up and only ever shown by page tests.
final class FixtureCampaign {
    static final List<String> STATUSES =
            List.of("WAITING", "READY", "RUNNING", "SUCCEEDED", "FAILED", "SKIPPED", "CANCELLED");
    private static final String ROADMAP = """
            profile-decode P0 sync-elimination verify -
            eliminate-eos-sync P0 sync-elimination benchmark profile-decode
            eliminate-sampling-sync P0 sync-elimination benchmark profile-decode
            batch-command-buffers P1 sync-elimination benchmark eliminate-eos-sync,eliminate-sampling-sync
            fuse-norm-projection P0 fusion-and-memory benchmark batch-command-buffers
            fuse-rope-cache-write P1 fusion-and-memory agent batch-command-buffers
            fuse-expert-gate-up P0 fusion-and-memory agent batch-command-buffers
            fuse-router-topk P1 fusion-and-memory agent batch-command-buffers
            pool-device-buffers P1 fusion-and-memory verify batch-command-buffers
            quantized-kv-int8 P1 fusion-and-memory benchmark fuse-rope-cache-write
            quantized-kv-fp4 P2 fusion-and-memory agent quantized-kv-int8
            flash-mla-decode P1 fusion-and-memory agent fuse-rope-cache-write,fuse-norm-projection
            split-k-long-context P2 fusion-and-memory tune flash-mla-decode
            mtp-load-layer P0 mtp verify profile-decode
            mtp-draft-step P0 mtp agent mtp-load-layer
            mtp-verify-batch P1 mtp agent mtp-draft-step,batch-command-buffers
            mtp-cache-rebuild P1 mtp agent mtp-verify-batch
            mtp-greedy-parity P1 mtp verify mtp-cache-rebuild
            mtp-deeper-drafts P2 mtp tune mtp-greedy-parity
            mtp-throughput P0 mtp benchmark mtp-greedy-parity,fuse-norm-projection
            coordinate-merge P2 coordination-and-validation verify batch-command-buffers
            baseline-benchmark P2 coordination-and-validation benchmark -
            accuracy-gate P1 coordination-and-validation verify fuse-expert-gate-up,fuse-router-topk
            memory-ceiling P1 coordination-and-validation verify pool-device-buffers,quantized-kv-int8
            long-context-check P2 coordination-and-validation verify split-k-long-context,memory-ceiling
            thermal-soak P2 coordination-and-validation benchmark mtp-throughput
            regression-suite P2 coordination-and-validation verify accuracy-gate,mtp-greedy-parity
            final-benchmark P1 coordination-and-validation benchmark mtp-throughput,memory-ceiling,accuracy-gate
            final-report P2 coordination-and-validation verify final-benchmark,regression-suite,thermal-soak
            """;
    private static final Map<String, String> STAGES = Map.of("baseline-benchmark", "baseline",
            "batch-command-buffers", "no syncs", "fuse-norm-projection", "fusion + memory",
            "quantized-kv-int8", "quantized KV", "mtp-throughput", "MTP");
    private static final List<String> STAGE_ORDER =
            List.of("baseline", "no syncs", "fusion + memory", "quantized KV", "MTP");

    /// What the coordinator says while nothing can go on; null otherwise.
    String standstill;
    final String name;
    final Map<String, FixtureTask> tasks = new LinkedHashMap<>();
    private final Map<String, List<String>> dependents = new LinkedHashMap<>();
    private final Instant startedAt;
    private final Instant now;

    private FixtureCampaign(String name, Instant now, Duration age) {
        this.name = name;
        this.now = now;
        this.startedAt = now.minus(age);
    }

    /// The 29 tasks, the first `done` of them finished in dependency order.
    static FixtureCampaign roadmap(String name, Instant now, int done, List<String> failed) {
        FixtureCampaign campaign = new FixtureCampaign(name, now, Duration.ofMinutes(47));
        Map<String, Integer> layers = new LinkedHashMap<>();
        for (String line : ROADMAP.lines().toList()) {
            String[] field = line.split(" ");
            List<String> dependencies = field[4].equals("-") ? List.of() : List.of(field[4].split(","));
            int layer = dependencies.stream().mapToInt(d -> layers.getOrDefault(d, 0) + 1).max().orElse(0);
            layers.put(field[0], layer);
            campaign.add(new FixtureTask(field[0], field[1], field[2], field[3], dependencies, layer,
                    field[2].contains("mtp") ? "mtp_support.yaml" : "performance_optimizations.yaml"));
        }
        campaign.run(done, failed, 3);
        return campaign;
    }

    /// A layered random graph; the seed is fixed so that two runs look the same.
    static FixtureCampaign large(String name, Instant now, int size) {
        FixtureCampaign campaign = new FixtureCampaign(name, now, Duration.ofHours(19));
        Random random = new Random(29);
        List<String> categories =
                List.of("sync-elimination", "fusion-and-memory", "mtp", "coordination-and-validation");
        int perLayer = Math.max(1, size / 40);
        for (int i = 0; i < size; i++) {
            int layer = i / perLayer;
            List<String> dependencies = new ArrayList<>();
            for (int d = 0; layer > 0 && d < 1 + random.nextInt(3); d++) {
                int near = Math.clamp((i % perLayer) + random.nextInt(31) - 15L, 0, perLayer - 1);
                String dependency = largeName((layer - 1) * perLayer + near);
                if (!dependencies.contains(dependency)) {
                    dependencies.add(dependency);
                }
            }
            campaign.add(new FixtureTask(largeName(i), "P" + random.nextInt(3), categories.get(random.nextInt(4)),
                    random.nextInt(4) == 0 ? "benchmark" : "agent", dependencies, layer,
                    "sweep_" + layer % 7 + ".yaml"));
        }
        List<String> failed = new ArrayList<>();
        for (int i = size * 11 / 20; i < size * 6 / 10; i += size / 60 + 3) {
            failed.add(largeName(i));
        }
        campaign.run(size * 6 / 10, failed, 50);
        return campaign;
    }

    private static String largeName(int index) {
        return "tile-sweep-%05d".formatted(index);
    }

    private void add(FixtureTask task) {
        tasks.put(task.name, task);
        task.dependencies.forEach(d -> dependents.computeIfAbsent(d, k -> new ArrayList<>()).add(task.name));
    }

    private void run(int done, List<String> failed, int slots) {
        int finished = 0;
        int running = 0;
        Duration each = Duration.between(startedAt, now).dividedBy(Math.max(1, done + 1));
        List<FixtureTask> order = new ArrayList<>(tasks.values());
        order.sort((a, b) -> Integer.compare(a.layer, b.layer));
        for (FixtureTask task : order) {
            List<FixtureTask> upstream = task.dependencies.stream().map(tasks::get).toList();
            if (upstream.stream().anyMatch(t -> t.status.equals("FAILED") || t.status.equals("SKIPPED"))) {
                task.status = "SKIPPED";
                task.reason = "dependency " + upstream.stream().filter(t -> !t.status.equals("SUCCEEDED")).findFirst()
                        .orElseThrow().name + " did not succeed";
            } else if (!upstream.stream().allMatch(t -> t.status.equals("SUCCEEDED"))) {
                task.reason = "waits for " + upstream.stream().filter(t -> !t.status.equals("SUCCEEDED")).findFirst()
                        .orElseThrow().name;
            } else if (finished < done) {
                finish(task, failed.contains(task.name), startedAt.plus(each.multipliedBy(finished)), each);
                finished++;
            } else if (running < slots) {
                start(task, startedAt.plus(each.multipliedBy(finished)), "mac-mini-" + (1 + running % 6));
                running++;
            } else {
                task.status = "READY";
                task.reason = "every matching worker is busy (" + slots + " slots, all in use)";
            }
        }
    }

    void start(FixtureTask task, Instant at, String worker) {
        task.status = "RUNNING";
        task.attempts++;
        task.worker = worker;
        task.startedAt = at;
        task.finishedAt = null;
        task.reason = "verifying on " + worker;
    }

    void finish(FixtureTask task, boolean failed, Instant at, Duration took) {
        task.status = failed ? "FAILED" : "SUCCEEDED";
        task.attempts = Math.max(task.attempts, 1) + (Math.floorMod(task.name.hashCode(), 5) == 0 ? 1 : 0);
        task.worker = "mac-mini-" + (1 + Math.floorMod(task.name.hashCode(), 3));
        task.startedAt = at;
        task.finishedAt = at.plus(took);
        task.reason = failed
                ? "verify command exited with 1: DecodeParityTest.greedyStaysIdentical expected token 2217 at "
                + "position 41 but was 886"
                : "";
        int stage = STAGE_ORDER.indexOf(STAGES.getOrDefault(task.name, ""));
        if (stage >= 0 && !failed) {
            double[] rate = {61.2, 61.2, 118.4, 151.9, 158.3, 231.7};
            task.samples = noisy(rate[stage + 1], stage);
            task.baselineSamples = noisy(rate[stage], stage + 10);
        }
    }

    private static List<Double> noisy(double rate, int seed) {
        return DoubleStream.generate(new Random(seed)::nextGaussian).limit(14)
                .map(g -> Math.round(rate * (1 + 0.018 * g) * 10) / 10.0).boxed().toList();
    }

    Map<String, Object> counts() {
        Map<String, Object> counts = new LinkedHashMap<>();
        STATUSES.forEach(s -> counts.put(s, tasks.values().stream().filter(t -> t.status.equals(s)).count()));
        return counts;
    }

    private boolean finished() {
        return tasks.values().stream().noneMatch(t -> List.of("WAITING", "READY", "RUNNING").contains(t.status));
    }

    Map<String, Object> listing() {
        Map<String, Object> listing = new LinkedHashMap<>();
        listing.put("name", name);
        listing.put("createdAt", startedAt);
        listing.put("counts", counts());
        listing.put("total", tasks.size());
        listing.put("finished", finished());
        return listing;
    }

    Map<String, Object> summary() {
        Map<String, Object> summary = new LinkedHashMap<>(listing());
        summary.put("startedAt", startedAt);
        summary.put("finishedAt", finished() ? now : null);
        summary.put("standstill", standstill);
        summary.put("etaSeconds", finished() ? null : 1260);
        List<Object> bars = bars();
        Map<String, Object> throughput = new LinkedHashMap<>();
        throughput.put("tasksPerHour", 26.4);
        throughput.put("currentTokensPerSecond", bars.isEmpty() ? null : ((Map<?, ?>) bars.getLast()).get("value"));
        summary.put("throughput", throughput);
        summary.put("staircase", bars);
        summary.put("lastSubmission", Map.of("submission", "5f0c", "actor", "ann", "at", now.minusSeconds(900),
                "files", List.of("mtp_support.yaml"), "counts", Map.of("added", 1, "changed", 2, "removed", 1,
                "unchanged", 26), "diff", Map.of("added", List.of("mtp-draft-step"), "changed",
                List.of("thermal-soak", "final-report"), "removed", List.of("old-idea"))));
        summary.put("criticalPath", tasks.containsKey("mtp-draft-step") ? List.of("profile-decode", "mtp-load-layer",
                "mtp-draft-step", "mtp-verify-batch", "mtp-cache-rebuild", "mtp-greedy-parity", "mtp-throughput",
                "thermal-soak", "final-report") : List.of());
        return summary;
    }

    private List<Object> bars() {
        List<Object> bars = new ArrayList<>();
        for (String stage : STAGE_ORDER) {
            for (FixtureTask task : tasks.values()) {
                if (!stage.equals(STAGES.get(task.name)) || task.samples.isEmpty()) {
                    continue;
                }
                double value = mean(task.samples);
                double base = mean(task.baselineSamples);
                Map<String, Object> bar = new LinkedHashMap<>();
                bar.put("stage", stage);
                bar.put("task", task.name);
                bar.put("metric", "decode_tokens_per_second");
                bar.put("value", value);
                bar.put("unit", "tok/s");
                boolean first = stage.equals("baseline");
                bar.put("baselineValue", first ? null : base);
                bar.put("ratio", first ? null : value / base);
                bar.put("ratioLow", first ? null : value / base * 0.985);
                bar.put("ratioHigh", first ? null : value / base * 1.015);
                bar.put("samples", task.samples);
                bar.put("baselineSamples", first ? List.of() : task.baselineSamples);
                bar.put("at", task.finishedAt);
                bar.put("machine", "AMD EPYC, 2 cores, 24 GB, Linux 6.1, JDK 25.0.1");
                bar.put("commit", "4f2a91c7d0e35b6a8c1f29d7e4b3a6058c9d1e2f");
                bars.add(bar);
            }
        }
        return bars;
    }

    private static double mean(List<Double> values) {
        return Math.round(values.stream().mapToDouble(v -> v).average().orElse(0) * 10) / 10.0;
    }

    Map<String, Object> detail(String task) {
        FixtureTask found = tasks.get(task);
        return found.detail(dependents.getOrDefault(task, List.of()), found.dependencies.stream()
                .filter(d -> !tasks.get(d).status.equals("SUCCEEDED")).toList());
    }
}
