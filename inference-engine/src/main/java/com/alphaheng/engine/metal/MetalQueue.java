package com.alphaheng.engine.metal;

import com.alphaheng.engine.metal.objc.MessageSend;
import com.alphaheng.engine.metal.objc.Selector;

/// A queue of command buffers; they run in the order of their commits.
public final class MetalQueue extends MetalObject {
    MetalQueue(String label, long id) {
        super("newCommandQueue", label, id);
    }

    /// Keeps the set's buffers resident for everything on this queue.
    public void addResidencySet(MetalResidencySet set) {
        MessageSend.send(id(), Selector.QUEUE_ADD_RESIDENCY, set.id());
    }

    /// Ends what [#addResidencySet] began.
    public void removeResidencySet(MetalResidencySet set) {
        MessageSend.send(id(), Selector.QUEUE_REMOVE_RESIDENCY, set.id());
    }

    /// A command buffer that keeps its resources alive, or one that leaves that to the program (cheaper),
    /// autoreleased.
    long commandBuffer(boolean retainsReferences) {
        return MessageSend.sendForLong(id(),
                retainsReferences ? Selector.COMMAND_BUFFER : Selector.COMMAND_BUFFER_UNRETAINED);
    }
}
