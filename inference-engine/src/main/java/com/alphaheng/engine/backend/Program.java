package com.alphaheng.engine.backend;

/// Operations that were resolved by [Device#prepare] and can be submitted again and again. It refers to buffers and
/// weights but owns neither.
public interface Program extends AutoCloseable {

    String label();

    /// Number of operations in the list.
    int operations();

    @Override
    void close();
}
