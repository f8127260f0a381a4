package com.alphaheng.coordinator.roadmap;

import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/// How many attempts may run at once per campaign, backend and worker, and how many use each backend now. Changed by
/// [RoadmapState#replay] only.
public final class Limits {
    private final Map<LimitScope, Map<String, Integer>> most = new EnumMap<>(LimitScope.class);
    private final Map<String, Integer> usingBackend = new HashMap<>();

    Limits() {
        for (LimitScope scope : LimitScope.values()) {
            most.put(scope, new TreeMap<>());
        }
    }

    void set(LimitScope scope, String name, Optional<Integer> limit) {
        limit.ifPresentOrElse(value -> most.get(scope).put(name, value), () -> most.get(scope).remove(name));
    }

    void began(Attempt attempt) {
        attempt.backend().ifPresent(backend -> usingBackend.merge(backend, 1, Integer::sum));
    }

    void ended(Attempt attempt) {
        attempt.backend().ifPresent(backend -> usingBackend.merge(backend, -1, Integer::sum));
    }

    /// The limit, if one was set.
    public OptionalInt of(LimitScope scope, String name) {
        Integer limit = most.get(scope).get(name);
        return limit == null ? OptionalInt.empty() : OptionalInt.of(limit);
    }

    /// All limits of one sort by name.
    public Map<String, Integer> all(LimitScope scope) {
        return Collections.unmodifiableMap(most.get(scope));
    }

    /// Running attempts that may use this backend.
    public int using(String backend) {
        return usingBackend.getOrDefault(backend, 0);
    }

    boolean backendFull(String backend) {
        Integer limit = most.get(LimitScope.BACKEND).get(backend);
        return limit != null && using(backend) >= limit;
    }

    boolean campaignFull(Campaign campaign) {
        Integer limit = most.get(LimitScope.CAMPAIGN).get(campaign.name());
        return limit != null && campaign.count(TaskStatus.RUNNING) >= limit;
    }
}
