package com.alphaheng.engine.metal;

import com.alphaheng.engine.metal.objc.ObjectiveC;

/// An autorelease pool on the current thread: what Metal lends inside it is given back when it closes.
public final class AutoreleasePool implements AutoCloseable {
    private final long token;

    private AutoreleasePool(long token) {
        this.token = token;
    }

    /// Opens a pool; close it on the same thread, innermost first.
    public static AutoreleasePool open() {
        return new AutoreleasePool(ObjectiveC.pushPool());
    }

    @Override
    public void close() {
        ObjectiveC.popPool(token);
    }
}
