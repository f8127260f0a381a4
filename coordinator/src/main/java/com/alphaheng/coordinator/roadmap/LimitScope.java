package com.alphaheng.coordinator.roadmap;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// What a limit of running attempts is about.
public enum LimitScope {
    /// Attempts of one campaign, on all workers.
    CAMPAIGN,
    /// Attempts that use one agent backend, on all workers: the provider's limit is one for all of them.
    BACKEND,
    /// Attempts on one worker, below its slots; 0 lets it run dry.
    WORKER;

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<LimitScope> of(String word) {
        return Arrays.stream(values()).filter(scope -> scope.word().equals(word)).findFirst();
    }
}
