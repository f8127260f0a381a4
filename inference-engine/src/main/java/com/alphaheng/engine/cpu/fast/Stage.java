package com.alphaheng.engine.cpu.fast;

/// A part of an operation that all workers run at once, each on what it claims, with a barrier after it.
@FunctionalInterface
interface Stage {

    /// Called by every worker. Must not allocate.
    void run(Worker worker);
}
