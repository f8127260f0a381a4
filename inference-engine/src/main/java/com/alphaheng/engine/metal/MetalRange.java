package com.alphaheng.engine.metal;

import com.alphaheng.engine.metal.objc.Signature;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

/// An `NSRange` in native memory.
///
/// @param segment of layout [Signature#RANGE]
record MetalRange(MemorySegment segment) {
    static MetalRange of(Arena arena, long location, long length) {
        MemorySegment segment = arena.allocate(Signature.RANGE);
        segment.setAtIndex(JAVA_LONG, 0, location);
        segment.setAtIndex(JAVA_LONG, 1, length);
        return new MetalRange(segment);
    }
}
