package com.alphaheng.worker.job.agent;

import java.util.OptionalInt;

/// @param runsPerMinute more are not started here, so that the provider's own limit is never hit; empty means no limit
/// @param atOnce        runs in flight
public record BackendLimits(OptionalInt runsPerMinute, int atOnce) {
    public static final BackendLimits NONE = new BackendLimits(OptionalInt.empty(), Integer.MAX_VALUE);
}
