package com.alphaheng.engine.backend;

import com.alphaheng.engine.backend.op.Op;

/// Receives how long operations took.
@FunctionalInterface
public interface OpTimer {

    void record(Op operation, long nanos);
}
