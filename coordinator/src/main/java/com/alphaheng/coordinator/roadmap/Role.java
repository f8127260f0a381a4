package com.alphaheng.coordinator.roadmap;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// What the holder of a token may do.
public enum Role {
    /// Look at everything.
    VIEWER,
    /// Look, submit and steer campaigns.
    SUBMITTER,
    /// Hand in artifacts and renew its own credentials; no view of campaigns.
    WORKER,
    /// Everything, tokens and limits included.
    ADMIN;

    /// Whether this role may do what asks for the other one.
    public boolean covers(Role wanted) {
        return this == ADMIN || this == wanted || this == SUBMITTER && wanted == VIEWER;
    }

    /// The word people and configuration files use.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Role> of(String word) {
        return Arrays.stream(values()).filter(role -> role.word().equals(word.strip().toLowerCase(Locale.ROOT)))
                .findFirst();
    }
}
