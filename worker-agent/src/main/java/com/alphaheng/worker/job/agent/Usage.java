package com.alphaheng.worker.job.agent;

import java.math.BigDecimal;

/// What a run cost, as far as the backend says.
public record Usage(long tokens, BigDecimal usd) {
    public static final Usage NONE = new Usage(0, BigDecimal.ZERO);

    public Usage plus(Usage other) {
        return new Usage(tokens + other.tokens, usd.add(other.usd));
    }
}
