package com.alphaheng.worker.job.agent;

import com.alphaheng.spec.Budget;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/// What each task has cost on this worker, over all its attempts and all starts of the worker. A call in flight counts
/// with the most it may cost; one that a killed worker left in flight counts so for ever, because nobody knows better.
public final class SpendLedger {
    private final SpendLog log;
    private final InstantSource clock;
    private final Map<String, Usage> ended = new HashMap<>();
    private final Map<String, SpendLog.Entry> inFlight = new HashMap<>();

    public SpendLedger(SpendLog log, InstantSource clock) {
        this.log = log;
        this.clock = clock;
        log.all().forEach(this::replay);
        // Time went on at most until now, also for what was allowed more.
        inFlight.replaceAll((call, entry) -> capped(entry, clock.instant()));
    }

    /// A call that has begun.
    public final class Call {
        private final String id = UUID.randomUUID().toString();
        private final String task;

        private Call(String task) {
            this.task = task;
        }

        public void end(Usage actual) {
            append(new SpendLog.Entry(id, task, true, actual, clock.instant()));
        }
    }

    /// @param most what it may cost
    public Call begin(String task, Usage most) {
        Call call = new Call(task);
        append(new SpendLog.Entry(call.id, task, false, most, clock.instant()));
        return call;
    }

    public synchronized Usage of(String task) {
        return inFlight.values().stream().filter(entry -> entry.task().equals(task)).map(SpendLog.Entry::usage)
                .reduce(ended.getOrDefault(task, Usage.NONE), Usage::plus);
    }

    public Allowance allowance(String task, Budget budget) {
        return Allowance.of(budget, of(task));
    }

    private synchronized void append(SpendLog.Entry entry) {
        log.append(entry);
        replay(entry);
    }

    private void replay(SpendLog.Entry entry) {
        if (entry.ended()) {
            inFlight.remove(entry.call());
            ended.merge(entry.task(), entry.usage(), Usage::plus);
        } else {
            inFlight.put(entry.call(), entry);
        }
    }

    private static SpendLog.Entry capped(SpendLog.Entry entry, Instant now) {
        Duration passed = Duration.between(entry.at(), now);
        Usage most = entry.usage();
        Duration time = passed.compareTo(most.time()) < 0 ? passed : most.time();
        return new SpendLog.Entry(entry.call(), entry.task(), false, new Usage(most.tokens(), most.usd(), time),
                entry.at());
    }
}
