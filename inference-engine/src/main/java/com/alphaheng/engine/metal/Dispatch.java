package com.alphaheng.engine.metal;

import com.alphaheng.engine.backend.op.Op;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// One run of a kernel, resolved: what is bound where, and how many threadgroups. Immutable; encoded as often as
/// wanted without allocating.
final class Dispatch {
    private final Op operation;
    private final MetalPipeline pipeline;
    private final MetalBuffer[] buffers;
    private final long[] offsets;
    private final MemorySegment[] arguments;
    private final long groupsX;
    private final long groupsY;
    private final long groupsZ;
    private final int threads;
    private final List<MetalBuffer> reads;
    private final List<MetalBuffer> writes;

    private Dispatch(Builder builder, long groupsX, long groupsY, long groupsZ, int threads) {
        this.operation = builder.operation;
        this.pipeline = builder.pipeline;
        this.buffers = builder.buffers.toArray(MetalBuffer[]::new);
        this.offsets = builder.offsets.stream().mapToLong(Long::longValue).toArray();
        this.arguments = builder.arguments.toArray(MemorySegment[]::new);
        this.groupsX = groupsX;
        this.groupsY = groupsY;
        this.groupsZ = groupsZ;
        this.threads = threads;
        this.reads = List.copyOf(builder.reads);
        this.writes = List.copyOf(builder.writes);
    }

    Op operation() {
        return operation;
    }

    /// Buffers that the kernel reads, weights left out: nobody writes those.
    List<MetalBuffer> reads() {
        return reads;
    }

    List<MetalBuffer> writes() {
        return writes;
    }

    /// Writes it into an open encoder.
    void encode(MetalComputeEncoder encoder) {
        encoder.pipeline(pipeline);
        for (int index = 0; index < buffers.length; index++) {
            if (buffers[index] != null) {
                encoder.buffer(index, buffers[index], offsets[index]);
            } else {
                encoder.bytes(index, arguments[index]);
            }
        }
        encoder.dispatch(groupsX, groupsY, groupsZ, threads);
    }

    /// Binds the parameters of a kernel in the order of their indices.
    static final class Builder {
        private final Op operation;
        private final MetalPipeline pipeline;
        private final List<MetalBuffer> buffers = new ArrayList<>();
        private final List<Long> offsets = new ArrayList<>();
        private final List<MemorySegment> arguments = new ArrayList<>();
        private final List<MetalBuffer> reads = new ArrayList<>();
        private final List<MetalBuffer> writes = new ArrayList<>();

        Builder(Op operation, MetalPipeline pipeline) {
            this.operation = operation;
            this.pipeline = pipeline;
        }

        /// The next parameter is read.
        Builder input(MetalBuffer buffer) {
            reads.add(buffer);
            return bind(buffer, 0, null);
        }

        /// The next parameter is written.
        Builder output(MetalBuffer buffer) {
            writes.add(buffer);
            return bind(buffer, 0, null);
        }

        /// The next parameter is read and written.
        Builder inout(MetalBuffer buffer) {
            reads.add(buffer);
            return output(buffer);
        }

        /// The next parameter is a tensor of weights.
        Builder tensor(WeightBuffers.Place place) {
            return bind(place.buffer(), place.offset(), null);
        }

        /// The next two parameters are the codes and scales of a matrix.
        Builder matrix(WeightBuffers.MatrixPlace place) {
            return tensor(place.codes()).tensor(place.scales());
        }

        /// The next parameter is a struct of numbers.
        Builder arguments(MemorySegment struct) {
            return bind(null, 0, struct);
        }

        private Builder bind(MetalBuffer buffer, long offset, MemorySegment struct) {
            buffers.add(buffer);
            offsets.add(offset);
            arguments.add(struct);
            return this;
        }

        /// So many threadgroups of so many threads.
        ///
        /// @throws MetalException this GPU cannot run the kernel with so many threads
        Dispatch groups(long x, long y, long z, int threads) {
            if (threads > pipeline.maxThreads()) {
                throw new MetalException("dispatch", operation.label(), pipeline.label() + " needs threadgroups of "
                        + threads + " threads, this GPU allows it " + pipeline.maxThreads());
            }
            return new Dispatch(this, x, y, z, threads);
        }
    }
}
