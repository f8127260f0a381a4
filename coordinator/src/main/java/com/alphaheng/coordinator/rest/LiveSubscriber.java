package com.alphaheng.coordinator.rest;

import com.alphaheng.coordinator.rest.LiveFeed.Message;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;

/// What waits to be sent to one listener. A listener too slow to follow loses its backlog and is told to start over.
final class LiveSubscriber {
    private static final int CAPACITY = 20_000;

    private final Deque<Message> waiting = new ArrayDeque<>();

    synchronized void offer(Message message) {
        if (waiting.size() >= CAPACITY) {
            waiting.clear();
            waiting.add(new Message(message.id(), "reset", Map.of()));
        } else {
            waiting.add(message);
        }
        notifyAll();
    }

    /// The next message; empty if none came in this time.
    synchronized Optional<Message> next(Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (waiting.isEmpty()) {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return Optional.empty();
            }
            wait(left);
        }
        return Optional.of(waiting.poll());
    }
}
