package com.alphaheng.worker.job.agent;

import com.alphaheng.spec.Budget;
import java.util.HashMap;
import java.util.Map;

/// What each task has cost on this worker since it started, over all its attempts.
public final class SpendLedger {
    private final Map<String, Usage> spent = new HashMap<>();

    public synchronized void add(String task, Usage usage) {
        spent.merge(task, usage, Usage::plus);
    }

    public synchronized Usage of(String task) {
        return spent.getOrDefault(task, Usage.NONE);
    }

    public Allowance allowance(String task, Budget budget) {
        return Allowance.of(budget, of(task));
    }
}
