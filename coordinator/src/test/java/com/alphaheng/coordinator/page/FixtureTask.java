package com.alphaheng.coordinator.page;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// One task of a canned campaign, mutable, so that a test can change it and watch the page follow.
final class FixtureTask {
    final String name;
    final String priority;
    final String category;
    final String kind;
    final List<String> dependencies;
    final int layer;
    final String sourceFile;
    String status = "WAITING";
    String reason = "";
    String worker;
    int attempts;
    Instant startedAt;
    Instant finishedAt;
    List<Double> samples = List.of();
    List<Double> baselineSamples = List.of();

    FixtureTask(String name, String priority, String category, String kind, List<String> dependencies, int layer,
                String sourceFile) {
        this.name = name;
        this.priority = priority;
        this.category = category;
        this.kind = kind;
        this.dependencies = List.copyOf(dependencies);
        this.layer = layer;
        this.sourceFile = sourceFile;
    }

    Map<String, Object> row() {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("name", name);
        row.put("priority", priority);
        row.put("category", category);
        row.put("kind", kind);
        row.put("status", status);
        row.put("dependencies", dependencies);
        row.put("attempts", attempts);
        row.put("worker", worker);
        row.put("startedAt", startedAt);
        row.put("finishedAt", finishedAt);
        row.put("reason", reason);
        row.put("layer", layer);
        row.put("sourceFile", sourceFile);
        return row;
    }

    Map<String, Object> detail(List<String> dependents, List<String> blockedBy) {
        Map<String, Object> detail = new LinkedHashMap<>(row());
        detail.put("prompt", "Make `" + name + "` real.\n\nThe decode loop waits for the device after every step. "
                + "Record the steps of one token into a single command buffer, keep the last token on the device, and "
                + "read the ring of results every 8 tokens.\n\nAcceptance: greedy output stays identical.");
        detail.put("verifyCommand", "./mvnw -q -o -pl inference-engine test -Dtest=DecodeParityTest\n"
                + "./marlin bench --tokens 64 --optimizations syncs --metrics \"$HENG_METRICS\"");
        detail.put("dependents", dependents);
        detail.put("blockedBy", blockedBy);
        List<Object> details = new ArrayList<>();
        for (int epoch = 1; epoch <= attempts; epoch++) {
            details.add(attempt(epoch));
        }
        detail.put("attemptsDetail", details);
        return detail;
    }

    private Map<String, Object> attempt(int epoch) {
        boolean last = epoch == attempts;
        Map<String, Object> attempt = new LinkedHashMap<>();
        attempt.put("epoch", epoch);
        attempt.put("worker", worker == null ? "mac-mini-2" : worker);
        attempt.put("incarnation", "b7c9e2");
        attempt.put("assignedAt", startedAt);
        attempt.put("startedAt", startedAt);
        attempt.put("finishedAt", last ? finishedAt : startedAt);
        attempt.put("stage", last && status.equals("RUNNING") ? "verifying" : "finished");
        boolean failed = status.equals("FAILED");
        attempt.put("outcome", !last ? "ENVIRONMENT_FAILED" : switch (status) {
            case "SUCCEEDED" -> "SUCCEEDED";
            case "FAILED" -> "VERIFICATION_FAILED";
            default -> null;
        });
        attempt.put("reason", !last ? "worker lost: no heartbeat for 9 s; assigned again" : failed ? reason : "");
        attempt.put("exitStatus", last && !status.equals("RUNNING") ? Integer.valueOf(failed ? 1 : 0) : null);
        attempt.put("metrics", samples.isEmpty() || !last ? List.of() : List.of(
                metric("decode_tokens_per_second", samples, "tok/s"),
                metric("baseline_decode_tokens_per_second", baselineSamples, "tok/s"),
                component("component_ms.experts", 4.61), component("component_ms.attention", 2.28),
                component("component_ms.head", 0.87), component("component_ms.norms", 0.31),
                component("baseline.component_ms.experts", 7.9), component("baseline.component_ms.attention", 3.1),
                component("baseline.component_ms.head", 0.9), component("baseline.component_ms.norms", 1.4),
                Map.of("name", "host_waits_per_token", "value", 0, "unit", "1", "samples", List.of())));
        attempt.put("commit", "4f2a91c7d0e35b6a8c1f29d7e4b3a6058c9d1e2f");
        attempt.put("machine", "AMD EPYC, 2 cores, 24 GB, Linux 6.1, JDK 25.0.1");
        return attempt;
    }

    private static Map<String, Object> component(String name, double milliseconds) {
        return Map.of("name", name, "value", milliseconds, "unit", "ms", "samples", List.of());
    }

    private static Map<String, Object> metric(String name, List<Double> samples, String unit) {
        return Map.of("name", name, "value", samples.stream().mapToDouble(x -> x).average().orElse(0), "unit", unit,
                "samples", samples);
    }
}
