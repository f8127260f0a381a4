package com.alphaheng.worker.job;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Tells an attempt to stop. Thrown at most once; whoever registers late is called at once.
public final class StopSwitch {
    private final List<Runnable> listeners = new ArrayList<>();
    private StopReason reason;

    /// Later calls change nothing: the first reason stands.
    public void stop(StopReason why) {
        List<Runnable> toCall;
        synchronized (this) {
            if (reason != null) {
                return;
            }
            reason = why;
            toCall = List.copyOf(listeners);
            listeners.clear();
        }
        toCall.forEach(Runnable::run);
    }

    public synchronized Optional<StopReason> reason() {
        return Optional.ofNullable(reason);
    }

    /// Waits so long, or until the switch is thrown.
    ///
    /// @return whether it was thrown
    public boolean awaitStop(Duration time) {
        CountDownLatch thrown = new CountDownLatch(1);
        try (Registration _ = onStop(thrown::countDown)) {
            return thrown.await(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /// Calls the listener when the switch is thrown, in the thread that throws it. Closing takes the listener off.
    public Registration onStop(Runnable listener) {
        boolean already;
        synchronized (this) {
            already = reason != null;
            if (!already) {
                listeners.add(listener);
            }
        }
        if (already) {
            listener.run();
        }
        return () -> {
            synchronized (this) {
                listeners.remove(listener);
            }
        };
    }

    /// A listener's place on the switch.
    public interface Registration extends AutoCloseable {
        @Override
        void close();
    }
}
