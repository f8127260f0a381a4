package com.alphaheng.coordinator.roadmap;

import com.alphaheng.protocol.AttemptId;
import com.alphaheng.spec.RetryPolicy;
import java.time.Duration;
import java.util.SplittableRandom;

/// How long to wait before the next try: exponential, with a random part (half of it unless the task says otherwise)
/// so that tasks which failed together do not come back together. The same attempt always gets the same wait.
final class Backoff {
    private static final int MAX_DOUBLINGS = 30;
    private static final Duration LOSS_STEP = Duration.ofSeconds(1);
    private static final Duration LOSS_LIMIT = Duration.ofSeconds(30);

    private Backoff() {
    }

    /// @param failures how many attempts have failed, this one included
    static Duration afterFailure(RetryPolicy policy, int failures, AttemptId attempt, long seed) {
        return jittered(grown(policy.backoff(), policy.maxBackoff(), failures - 1), policy.jitter(), attempt, seed);
    }

    /// A lost worker is no fault of the task: the first time it goes on at once.
    ///
    /// @param losses how many attempts were lost, this one included
    static Duration afterLoss(int losses, AttemptId attempt, long seed) {
        return losses <= 1 ? Duration.ZERO : jittered(grown(LOSS_STEP, LOSS_LIMIT, losses - 2),
                RetryPolicy.DEFAULT_JITTER, attempt, seed);
    }

    private static Duration grown(Duration base, Duration limit, int doublings) {
        long millis = base.toMillis() << Math.min(doublings, MAX_DOUBLINGS);
        boolean overflown = millis >> Math.min(doublings, MAX_DOUBLINGS) != base.toMillis();
        return overflown || millis > limit.toMillis() ? limit : Duration.ofMillis(millis);
    }

    private static Duration jittered(Duration full, double jitter, AttemptId attempt, long seed) {
        long drawn = Math.round(full.toMillis() * jitter);
        var random = new SplittableRandom(seed * 31 + attempt.toString().hashCode());
        return Duration.ofMillis(full.toMillis() - drawn + random.nextLong(drawn + 1));
    }
}
