package com.alphaheng.engine.metal;

import com.alphaheng.engine.metal.objc.MessageSend;
import com.alphaheng.engine.metal.objc.Selector;

/// A place for one command buffer at a time: begun, committed, awaited, begun again. Kept in a pool and reused, so
/// that a token allocates nothing in Java.
///
/// The native command buffer does not retain what it uses (unretained references): buffers and pipelines must stay
/// open until it has completed.
public final class MetalCommandBuffer implements AutoCloseable {
    private static final long STATUS_COMPLETED = 4;
    private static final long STATUS_ERROR = 5;

    private final String label;
    private long id;

    /// A place whose command buffers are called by the label in errors.
    public MetalCommandBuffer(String label) {
        this.label = label;
    }

    /// Starts a new command buffer here. Needs an autorelease pool.
    ///
    /// @throws IllegalStateException the last one was not closed
    /// @throws MetalException the queue gave none
    public void begin(MetalQueue queue) {
        if (id != 0) {
            throw new IllegalStateException("command buffer '" + label + "' is still open");
        }
        long autoreleased = queue.commandBuffer(false);
        if (autoreleased == 0) {
            throw new MetalException("commandBuffer", label, "the queue returned nil; was the GPU removed?");
        }
        id = MessageSend.sendForLong(autoreleased, Selector.RETAIN);
    }

    /// Whether a command buffer is here, finished or not.
    public boolean isOpen() {
        return id != 0;
    }

    long id() {
        if (id == 0) {
            throw new IllegalStateException("command buffer '" + label + "' was not begun");
        }
        return id;
    }

    /// Lets the event reach the value once everything encoded so far is done. No encoder may be open.
    public void signal(MetalSharedEvent event, long value) {
        MessageSend.send(id(), Selector.SIGNAL_EVENT, event.id(), value);
    }

    /// Holds what follows until the event has reached the value. No encoder may be open.
    public void waitFor(MetalSharedEvent event, long value) {
        MessageSend.send(id(), Selector.WAIT_EVENT, event.id(), value);
    }

    /// Copies bytes between buffers on the GPU. No encoder may be open. Needs an autorelease pool.
    public void copy(MetalBuffer source, long sourceOffset, MetalBuffer target, long targetOffset, long bytes) {
        long encoder = MessageSend.sendForLong(id(), Selector.BLIT_ENCODER);
        MessageSend.send(encoder, Selector.COPY_BUFFER, source.id(), sourceOffset, target.id(), targetOffset, bytes);
        MessageSend.send(encoder, Selector.END_ENCODING);
    }

    /// Fills a buffer with one octet on the GPU. No encoder may be open. Needs an autorelease pool.
    public void fill(MetalBuffer target, MetalRange range, byte octet) {
        long encoder = MessageSend.sendForLong(id(), Selector.BLIT_ENCODER);
        MessageSend.send(encoder, Selector.FILL_BUFFER, target.id(), range.segment(), octet);
        MessageSend.send(encoder, Selector.END_ENCODING);
    }

    /// Hands it to the GPU.
    public void commit() {
        MessageSend.send(id(), Selector.COMMIT);
    }

    /// Whether the GPU is done with it, well or not. Does not wait.
    public boolean isFinished() {
        return MessageSend.sendForLong(id(), Selector.STATUS) >= STATUS_COMPLETED;
    }

    /// Waits until the GPU is done with it.
    ///
    /// @throws MetalException it failed
    public void await() {
        awaitQuietly();
        check();
    }

    /// Waits until the GPU is done with it, well or not.
    void awaitQuietly() {
        MessageSend.send(id(), Selector.WAIT_COMPLETED);
    }

    /// Throws if it is known to have failed; says nothing about one that is still running.
    public void check() {
        if (MessageSend.sendForLong(id(), Selector.STATUS) == STATUS_ERROR) {
            try (AutoreleasePool _ = AutoreleasePool.open()) {
                throw MetalException.of("command buffer", label, MessageSend.sendForLong(id(), Selector.COMMAND_ERROR));
            }
        }
    }

    /// Nanoseconds the GPU spent on it; 0 before it is finished.
    public long gpuNanos() {
        double start = MessageSend.sendForDouble(id(), Selector.GPU_START);
        double end = MessageSend.sendForDouble(id(), Selector.GPU_END);
        return Math.max(0, Math.round((end - start) * 1e9));
    }

    /// Gives the command buffer back; the place can begin another.
    @Override
    public void close() {
        if (id != 0) {
            MessageSend.send(id, Selector.RELEASE);
            id = 0;
        }
    }
}
