package com.alphaheng.engine.metal;

import com.alphaheng.engine.metal.objc.MessageSend;
import com.alphaheng.engine.metal.objc.Selector;

/// A number that only grows, signalled by command buffers and awaited by the CPU (or the other way round).
public final class MetalSharedEvent extends MetalObject {
    MetalSharedEvent(String label, long id) {
        super("newSharedEvent", label, id);
    }

    /// The value reached so far. Does not wait.
    public long value() {
        return MessageSend.sendForLong(id(), Selector.EVENT_VALUE);
    }

    /// Signals from the CPU.
    public void signal(long value) {
        MessageSend.send(id(), Selector.EVENT_SET_VALUE, value);
    }

    /// Waits on the calling thread until the value is reached; false when the time ran out first.
    public boolean await(long value, long milliseconds) {
        return MessageSend.sendForBoolean(id(), Selector.EVENT_WAIT, value, milliseconds);
    }
}
