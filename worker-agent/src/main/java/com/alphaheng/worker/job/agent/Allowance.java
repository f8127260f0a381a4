package com.alphaheng.worker.job.agent;

import com.alphaheng.spec.Budget;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;

/// What is left of a task's budget.
public record Allowance(Optional<BigDecimal> usd, Optional<Long> tokens, Optional<Duration> time) {
    static Allowance of(Budget budget, Usage spent) {
        return new Allowance(budget.usd().map(most -> most.subtract(spent.usd())),
                budget.tokens().map(most -> most - spent.tokens()),
                budget.time().map(most -> most.minus(spent.time())));
    }

    /// Whether a further call that may cost this much still fits.
    public boolean allows(Usage next) {
        return usd.map(left -> left.signum() > 0 && left.compareTo(next.usd()) >= 0).orElse(true)
                && tokens.map(left -> left > 0 && left >= next.tokens()).orElse(true)
                && time.map(left -> left.isPositive() && left.compareTo(next.time()) >= 0).orElse(true);
    }
}
