package com.alphaheng.engine.model;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// A small vector of weights (a norm, the router's bias), widened to float32 off the heap when it is bound. All
/// vectors of a model lie in [Weights#vectors()], each at a multiple of 64 bytes.
///
/// @param name   the tensor's name, for messages
/// @param length number of elements
/// @param data   float32[length]
public record Vector(String name, int length, MemorySegment data) {

    public float get(int index) {
        return data.getAtIndex(ValueLayout.JAVA_FLOAT, index);
    }

    /// A copy on the heap.
    public float[] toArray() {
        return data.toArray(ValueLayout.JAVA_FLOAT);
    }
}
