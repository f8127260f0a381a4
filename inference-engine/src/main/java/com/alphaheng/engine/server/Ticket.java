package com.alphaheng.engine.server;

import com.alphaheng.engine.Session;
import com.alphaheng.engine.chat.Continuation;

/// A request on its way through the [Scheduler].
public final class Ticket {

    private final Scheduler scheduler;
    final Order order;
    final Listener listener;
    /// [System#nanoTime].
    final long arrived;
    private volatile boolean cancelled;

    // Of the owner thread, while it runs.
    Session session;
    Continuation continuation;
    long lastToken;

    Ticket(Scheduler scheduler, Order order, Listener listener, long arrived) {
        this.scheduler = scheduler;
        this.order = order;
        this.listener = listener;
        this.arrived = arrived;
    }

    /// Nobody waits for the answer any more: it leaves the queue at once, or ends before its next token or stretch of
    /// the prompt. Does nothing when it has ended.
    public void cancel() {
        cancelled = true;
        scheduler.leaveQueue(this);
    }

    boolean isCancelled() {
        return cancelled;
    }
}
