package com.alphaheng.worker.job.agent;

import java.math.BigDecimal;
import java.time.Duration;

/// What a run cost, as far as the backend says, and how long it took.
public record Usage(long tokens, BigDecimal usd, Duration time) {
    public static final Usage NONE = new Usage(0, BigDecimal.ZERO, Duration.ZERO);

    /// Money and tokens of a single call; time is counted for whole runs.
    public Usage(long tokens, BigDecimal usd) {
        this(tokens, usd, Duration.ZERO);
    }

    public static Usage ofTime(Duration time) {
        return new Usage(0, BigDecimal.ZERO, time);
    }

    public Usage plus(Usage other) {
        return new Usage(tokens + other.tokens, usd.add(other.usd), time.plus(other.time));
    }

    public Usage minus(Usage other) {
        return new Usage(tokens - other.tokens, usd.subtract(other.usd), time.minus(other.time));
    }
}
