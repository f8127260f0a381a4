package com.alphaheng.spec;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// Task mappings put together at random: each key with a right, a wrong or a borderline value.
final class RandomTasks {
    private static final Object NULL = new Object();
    private static final List<Object> ANYTHING = List.of("", " ", "text", 0, -1, 3, 3.0, 2.5, 1e15, true, NULL,
            List.of(), List.of("a"), List.of(1), Map.of(), Map.of("a", "b"), "x".repeat(1001));
    private static final Map<String, List<Object>> LIKELY = Map.ofEntries(
            Map.entry("name", List.of("a", "b c", "x/y", "", " a", "a ", "ä.1", "-a", "a".repeat(120),
                    "a".repeat(121))),
            Map.entry("prompt", List.of("do it", "", "\n", "x".repeat(200_001))),
            Map.entry("priority", List.of("P0", "P1", "P2", "P3", "p0")),
            Map.entry("dependencies", List.of(List.of(), List.of("a"), List.of("q", "r"))),
            Map.entry("verify_command", List.of("true", "")),
            Map.entry("kind", List.of("agent", "tune", "verify", "benchmark", "VERIFY")),
            Map.entry("category", List.of("mtp", "other", "MTP")),
            Map.entry("requires", List.of(Map.of("labels", Map.of("os", "macos")), Map.of("labels", Map.of("os", 1)),
                    Map.of("memory", "16GB"), Map.of("memory", "16 GB"), Map.of("memory", "1.5TiB"),
                    Map.of("gpu_cores", 10), Map.of("gpu_cores", 100_001), Map.of("cpu", 1))),
            Map.entry("backends", List.of(List.of("codex"), List.of(""))),
            Map.entry("timeout", List.of("10m", "0m", "1h30m", "30m1h", "1d2h3m4s", "10", "10 m", "9999999s", "00s")),
            Map.entry("retries", List.of(0, 100, 101, Map.of("max", 2, "backoff", "0s"), Map.of("backoff", "soon"),
                    Map.of("jitter", 0.25), Map.of("jitter", "100%"), Map.of("jitter", "101%"), Map.of("jitter", 1.5),
                    Map.of("max", 1.5), Map.of("most", 1))),
            Map.entry("touches", List.of(List.of("a/*.java"), List.of("/a"), List.of("../a"), List.of("a/.."),
                    List.of("a/..b"), List.of(""))),
            Map.entry("budget", List.of(Map.of("usd", 2.5), Map.of("usd", -1), Map.of("tokens", 10.5),
                    Map.of("time", "0s"), Map.of("time", "1h"), Map.of("money", 1))),
            Map.entry("benchmark", List.of(Map.of("command", "c"), Map.of("command", " "), Map.of("metric", "m"),
                    Map.of("command", "c", "better", "higher", "minimum_effect", "2.5%"),
                    Map.of("command", "c", "minimum_effect", 101), Map.of("command", "c", "minimum_effect", 0),
                    Map.of("command", "c", "minimum_effect", "2 %"), Map.of("command", "c", "stage", ""))),
            Map.entry("tune", List.of(Map.of("parameters", List.of("a = 1, 2"), "commit", "c"),
                    Map.of("parameters", List.of("a = 1..9 step 2", "b.c = x"), "constraints", List.of("a * 2 <= 9"),
                            "commit", "c", "search", "grid", "trials", 3, "seed", 0),
                    Map.of("parameters", List.of("a=1"), "commit", "c"), Map.of("parameters", List.of()),
                    Map.of("parameters", List.of("a = 1"), "commit", "c", "constraints", List.of("a < ")),
                    Map.of("parameters", List.of("a = 1"), "commit", "c", "trials", 0),
                    Map.of("parameters", List.of("a = 1"), "commit", "c", "trials", 1001),
                    Map.of("parameters", List.of("a = 1"), "commit", "c", "trials", 1001, "workers", 2),
                    Map.of("parameters", List.of("a = 1, 2"), "commit", "c", "workers", 32),
                    Map.of("parameters", List.of("a = 1, 2"), "commit", "c", "workers", 33),
                    Map.of("commit", "c"))),
            Map.entry("artifacts", List.of(List.of("a.json"), List.of("../a"))),
            Map.entry("unknown", List.of(1)));

    private RandomTasks() {
    }

    static Map<String, Object> task(Random random) {
        Map<String, Object> task = new LinkedHashMap<>();
        task.put("name", "a");
        task.put("prompt", "p");
        List<String> keys = LIKELY.keySet().stream().sorted().toList();
        for (int count = random.nextInt(3); count >= 0; count--) {
            String key = keys.get(random.nextInt(keys.size()));
            List<Object> values = random.nextInt(4) == 0 ? ANYTHING : LIKELY.get(key);
            Object value = values.get(random.nextInt(values.size()));
            task.put(key, value == NULL ? null : value);
        }
        if (random.nextInt(20) == 0) {
            task.remove(random.nextBoolean() ? "name" : "prompt");
        }
        return task;
    }
}
