package com.alphaheng.engine.metal;

import com.alphaheng.engine.metal.objc.MessageSend;
import com.alphaheng.engine.metal.objc.Selector;

import java.lang.foreign.MemorySegment;

/// Memory that the GPU can use.
public final class MetalBuffer extends MetalObject {
    /// Who sees a buffer. The numbers are `MTLResourceOptions`.
    public enum Storage {
        /// CPU and GPU.
        SHARED(0),
        /// The GPU alone.
        PRIVATE(32);

        private final long options;

        Storage(long options) {
            this.options = options;
        }

        long options() {
            return options;
        }
    }

    private final long byteSize;
    private final MemorySegment contents;

    MetalBuffer(String label, long id, Storage storage) {
        super("newBuffer", label, id);
        byteSize = MessageSend.sendForLong(id, Selector.BUFFER_LENGTH);
        contents = storage == Storage.PRIVATE ? MemorySegment.NULL
                : MemorySegment.ofAddress(MessageSend.sendForLong(id, Selector.BUFFER_CONTENTS)).reinterpret(byteSize);
        MessageSend.send(id, Selector.RESOURCE_LABEL, NsObjects.string(label));
    }

    /// Bytes.
    public long byteSize() {
        return byteSize;
    }

    /// The memory as the CPU sees it, valid until this buffer is closed; empty for a private one.
    public MemorySegment contents() {
        id();
        return contents;
    }
}
