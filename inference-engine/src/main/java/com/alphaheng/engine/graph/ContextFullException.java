package com.alphaheng.engine.graph;

/// A session's KV cache has no room for another token.
public final class ContextFullException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public ContextFullException(int capacity) {
        super("the context of " + capacity + " tokens is full: start with a larger --context or a shorter prompt");
    }
}
