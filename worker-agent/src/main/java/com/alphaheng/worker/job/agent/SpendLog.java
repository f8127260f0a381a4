package com.alphaheng.worker.job.agent;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Port: what was spent, for longer than this process lives.
public interface SpendLog {
    /// Durable when this returns.
    void append(Entry entry);

    /// All entries, in order.
    List<Entry> all();

    /// A call begins, with the most it may cost, or has ended, with what it did cost.
    ///
    /// @param call the same for both
    record Entry(String call, String task, boolean ended, Usage usage, Instant at) {
    }

    /// Forgets with the process.
    static SpendLog inMemory() {
        List<Entry> entries = new ArrayList<>();
        return new SpendLog() {
            @Override
            public void append(Entry entry) {
                entries.add(entry);
            }

            @Override
            public List<Entry> all() {
                return List.copyOf(entries);
            }
        };
    }
}
