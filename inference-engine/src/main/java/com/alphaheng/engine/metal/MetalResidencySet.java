package com.alphaheng.engine.metal;

import com.alphaheng.engine.metal.objc.MessageSend;
import com.alphaheng.engine.metal.objc.Selector;

import java.util.List;

/// Buffers that stay resident for the GPU between command buffers, so that no step pays for wiring gigabytes again.
public final class MetalResidencySet extends MetalObject {
    MetalResidencySet(String label, long id) {
        super("newResidencySet", label, id);
    }

    /// Adds buffers and asks for their residency now.
    public void add(List<MetalBuffer> buffers) {
        buffers.forEach(buffer -> MessageSend.send(id(), Selector.RESIDENCY_ADD, buffer.id()));
        MessageSend.send(id(), Selector.RESIDENCY_COMMIT);
        MessageSend.send(id(), Selector.RESIDENCY_REQUEST);
    }

    @Override
    public void close() {
        MessageSend.send(id(), Selector.RESIDENCY_END);
        super.close();
    }
}
