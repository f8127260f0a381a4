package com.alphaheng.engine.metal;

import com.alphaheng.engine.metal.objc.MessageSend;
import com.alphaheng.engine.metal.objc.Selector;

import java.util.concurrent.atomic.AtomicLong;

/// One reference to an Objective-C object, released exactly once by [#close].
public abstract class MetalObject implements AutoCloseable {
    private static final AtomicLong LIVE = new AtomicLong();

    private final String label;
    private long id;

    /// Takes over a reference that the caller holds (from `new...`, `alloc` or `retain`).
    ///
    /// @throws MetalException the reference is nil
    MetalObject(String operation, String label, long id) {
        if (id == 0) {
            throw new MetalException(operation, label, "Metal returned nil and no error");
        }
        this.id = id;
        this.label = label;
        LIVE.incrementAndGet();
    }

    /// How many objects of this package are open in the process; a test compares it before and after.
    public static long openObjects() {
        return LIVE.get();
    }

    /// What this object is called in messages and in Apple's tools.
    public String label() {
        return label;
    }

    /// The object's address, lent for one message.
    long id() {
        if (id == 0) {
            throw new IllegalStateException(getClass().getSimpleName() + " '" + label + "' is closed");
        }
        return id;
    }

    /// Gives the reference back; a second call does nothing.
    @Override
    public void close() {
        if (id != 0) {
            MessageSend.send(id, Selector.RELEASE);
            id = 0;
            LIVE.decrementAndGet();
        }
    }
}
