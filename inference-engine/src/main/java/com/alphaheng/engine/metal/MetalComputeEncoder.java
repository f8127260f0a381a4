package com.alphaheng.engine.metal;

import com.alphaheng.engine.metal.objc.MessageSend;
import com.alphaheng.engine.metal.objc.Selector;
import com.alphaheng.engine.metal.objc.Signature;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

/// Writes dispatches into a command buffer. One object serves command buffer after command buffer.
public final class MetalComputeEncoder {
    /// How the dispatches of one encoder relate. The numbers are `MTLDispatchType`.
    public enum Order {
        /// Each dispatch sees what the ones before it wrote.
        SERIAL,
        /// Dispatches may overlap; only [#barrier] orders them.
        CONCURRENT
    }

    private static final long SCOPE_BUFFERS = 1;

    private final MemorySegment groups;
    private final MemorySegment threads;
    private long id;
    private long pipeline;

    /// @param arena holds the two sizes this encoder passes by value
    public MetalComputeEncoder(Arena arena) {
        groups = arena.allocate(Signature.SIZE);
        threads = arena.allocate(Signature.SIZE);
    }

    /// Opens an encoder on a command buffer. Needs an autorelease pool, open until [#end].
    ///
    /// @throws IllegalStateException the last encoder was not ended
    public void begin(MetalCommandBuffer commands, Order order) {
        if (id != 0) {
            throw new IllegalStateException("a compute encoder is still open");
        }
        id = MessageSend.sendForLong(commands.id(), Selector.COMPUTE_ENCODER, order.ordinal());
        pipeline = 0;
        if (id == 0) {
            throw new MetalException("computeCommandEncoder", "", "Metal returned nil");
        }
    }

    /// Whether an encoder is open.
    public boolean isOpen() {
        return id != 0;
    }

    /// The kernel of the dispatches that follow.
    public void pipeline(MetalPipeline state) {
        if (pipeline != state.id()) {
            pipeline = state.id();
            MessageSend.send(id, Selector.SET_PIPELINE, pipeline);
        }
    }

    /// Binds a buffer from an offset in bytes.
    public void buffer(int index, MetalBuffer buffer, long offset) {
        MessageSend.send(id, Selector.SET_BUFFER, buffer.id(), offset, index);
    }

    /// Copies up to 4 KiB of arguments into the command buffer.
    public void bytes(int index, MemorySegment arguments) {
        MessageSend.send(id, Selector.SET_BYTES, arguments.address(), arguments.byteSize(), index);
    }

    /// Gives the kernel dynamic threadgroup memory; a multiple of 16 bytes.
    public void threadgroupMemory(int index, long bytes) {
        MessageSend.send(id, Selector.SET_THREADGROUP_MEMORY, bytes, index);
    }

    /// Runs the kernel: so many threadgroups, of so many threads.
    public void dispatch(long groupsX, long groupsY, long groupsZ, long threadsX) {
        set(groups, groupsX, groupsY, groupsZ);
        set(threads, threadsX, 1, 1);
        MessageSend.send(id, Selector.DISPATCH, groups, threads);
    }

    private static void set(MemorySegment size, long x, long y, long z) {
        size.set(JAVA_LONG, 0, x);
        size.set(JAVA_LONG, 8, y);
        size.set(JAVA_LONG, 16, z);
    }

    /// Makes writes to buffers before it visible to dispatches after it.
    public void barrier() {
        MessageSend.send(id, Selector.MEMORY_BARRIER, SCOPE_BUFFERS);
    }

    /// Closes the encoder.
    public void end() {
        MessageSend.send(id, Selector.END_ENCODING);
        id = 0;
    }
}
