package com.alphaheng.engine.backend;

/// Whether a back end can run here.
public sealed interface Availability {

    /// @param device what it would run on, in words
    record Available(String device) implements Availability { }

    /// @param reason why not, and what would change it
    record Unavailable(String reason) implements Availability { }
}
