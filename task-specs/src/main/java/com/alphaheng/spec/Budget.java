package com.alphaheng.spec;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;

/// Caps of what agents may spend on one task, over all its attempts.
public record Budget(Optional<BigDecimal> usd, Optional<Long> tokens, Optional<Duration> time) {
    public static final Budget NONE = new Budget(Optional.empty(), Optional.empty(), Optional.empty());
}
