package com.alphaheng.engine.metal;

import com.alphaheng.engine.metal.objc.MessageSend;
import com.alphaheng.engine.metal.objc.Selector;

/// A kernel ready to run.
public final class MetalPipeline extends MetalObject {
    private final long maxThreads;
    private final long simdWidth;

    MetalPipeline(String label, long id) {
        super("newComputePipelineState", label, id);
        maxThreads = MessageSend.sendForLong(id, Selector.MAX_THREADS);
        simdWidth = MessageSend.sendForLong(id, Selector.SIMD_WIDTH);
    }

    /// The largest threadgroup this kernel can run with: fewer than 1024 where it needs many registers.
    public long maxThreads() {
        return maxThreads;
    }

    /// Threads per simdgroup: 32 on every Apple GPU.
    public long simdWidth() {
        return simdWidth;
    }
}
