package com.alphaheng.engine.cpu.fast;

import com.alphaheng.engine.backend.CacheLayer;
import com.alphaheng.engine.backend.CacheLayout;
import com.alphaheng.engine.backend.Control;
import com.alphaheng.engine.backend.DeviceException;
import com.alphaheng.engine.backend.op.AbsorbQuery;
import com.alphaheng.engine.backend.op.CacheWrite;
import com.alphaheng.engine.backend.op.ExpandValue;
import com.alphaheng.engine.backend.op.LatentAttention;
import com.alphaheng.engine.backend.op.MlaAttention;
import com.alphaheng.engine.backend.op.MlaShape;
import com.alphaheng.engine.backend.op.Rope;
import com.alphaheng.engine.backend.op.RopeCacheWrite;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Plans latent attention: absorbed for a few tokens, with expanded keys and values for many.
final class AttentionStages {

    /// From this many tokens on, expanding keys and values costs less than absorbed attention.
    static final int MANY_TOKENS = 17;

    /// Heads that share one pass over the cache.
    private static final int HEADS_AT_ONCE = 5;

    private static final int POSITIONS_AT_ONCE = 64;

    private final Kernels kernels;
    private final int workers;
    private final SharedScratch shared;
    private final Map<RopeKey, RopeTable> ropes = new ConcurrentHashMap<>();

    private record RopeKey(int width, double theta) { }

    AttentionStages(Kernels kernels, int workers, SharedScratch shared) {
        this.kernels = kernels;
        this.workers = workers;
        this.shared = shared;
    }

    private RopeTable rope(int width, double theta) {
        return ropes.computeIfAbsent(new RopeKey(width, theta), key -> new RopeTable(width, theta));
    }

    private static long positionAddress(Control control) {
        return Memory.address(control.buffer()) + Control.POSITION * 4L;
    }

    void rope(Rope op, List<Stage> stages) {
        RopeTable table = rope(op.width(), op.theta());
        long inout = Memory.address(op.inout());
        long position = positionAddress(op.control());
        stages.add(worker -> {
            int first = Memory.getInt(position);
            for (int t = worker.claim(); t < op.tokenCount(); t = worker.claim()) {
                for (int head = 0; head < op.heads(); head++) {
                    long part = (long) (t * op.heads() + head) * op.headStride() + op.offset();
                    table.rotate(inout + 4 * part, first + t, op.interleaved());
                }
            }
        });
    }

    private static long rowAddress(CacheLayer cache, long base, int position) {
        CacheLayout layout = cache.layout();
        if (position >= layout.capacity()) {
            throw new DeviceException("position " + position + " is beyond the cache of " + layout.capacity()
                + " positions: open the session with a larger context");
        }
        return base + (long) position * layout.rowBytes();
    }

    void cacheWrite(CacheWrite op, List<Stage> stages, Need need) {
        CacheLayout layout = op.cache().layout();
        long rows = Memory.address(op.cache().buffer());
        long latents = Memory.address(op.latent());
        long keyValues = Memory.address(op.keyValue());
        long position = positionAddress(op.control());
        need.worker(4L * layout.width());
        stages.add(worker -> {
            int first = Memory.getInt(position);
            for (int t = worker.claim(); t < op.tokenCount(); t = worker.claim()) {
                long row = worker.scratch();
                Memory.copy(latents + 4L * t * layout.latent(), row, 4L * layout.latent());
                Memory.copy(keyValues + 4L * (t * layout.width() + layout.latent()), row + 4L * layout.latent(),
                    4L * layout.rope());
                kernels.writeCacheRow(layout, row, rowAddress(op.cache(), rows, first + t));
            }
        });
    }

    void ropeCacheWrite(RopeCacheWrite op, List<Stage> stages, Need need) {
        MlaShape shape = op.shape();
        CacheLayout layout = op.cache().layout();
        RopeTable table = rope(shape.rope(), shape.theta());
        long queries = Memory.address(op.query());
        long keyValues = Memory.address(op.keyValue());
        long norm = op.latentNorm().data().address();
        long rows = Memory.address(op.cache().buffer());
        long position = positionAddress(op.control());
        need.worker(4L * layout.width());
        stages.add(worker -> {
            int first = Memory.getInt(position);
            // Pieces alternate: a token's query, then its cache row.
            for (int piece = worker.claim(); piece < 2 * op.tokenCount(); piece = worker.claim()) {
                int t = piece / 2;
                if (piece % 2 == 0) {
                    for (int head = 0; head < shape.heads(); head++) {
                        long part = (long) (t * shape.heads() + head) * shape.queryWidth() + shape.nope();
                        table.rotate(queries + 4 * part, first + t, shape.interleaved());
                    }
                    continue;
                }
                long row = worker.scratch();
                long from = keyValues + 4L * t * layout.width();
                kernels.rmsNorm(from, norm, layout.latent(), op.epsilon(), row);
                Memory.copy(from + 4L * layout.latent(), row + 4L * layout.latent(), 4L * layout.rope());
                table.rotate(row + 4L * layout.latent(), first + t, shape.interleaved());
                kernels.writeCacheRow(layout, row, rowAddress(op.cache(), rows, first + t));
            }
        });
    }

    void absorb(AbsorbQuery op, List<Stage> stages) {
        MlaShape shape = op.shape();
        MatrixAddress matrix = MatrixAddress.of(op.keyValueB());
        long query = Memory.address(op.query());
        long out = Memory.address(op.out());
        int all = op.tokenCount() * shape.heads();
        stages.add(worker -> {
            for (int i = worker.claim(); i < all; i = worker.claim()) {
                kernels.absorb(matrix, i % shape.heads() * shape.headRows(), shape.nope(),
                    query + 4L * i * shape.queryWidth(), 1, out + 4L * i * shape.latent());
            }
        });
    }

    void expand(ExpandValue op, List<Stage> stages, Need need) {
        MlaShape shape = op.shape();
        MatrixAddress matrix = MatrixAddress.of(op.keyValueB());
        long latents = Memory.address(op.latent());
        long out = Memory.address(op.out());
        int all = op.tokenCount() * shape.heads();
        long packed = kernels.packedBytes(shape.latent());
        need.worker(packed + kernels.productScratchBytes(shape.latent()));
        stages.add(worker -> {
            for (int i = worker.claim(); i < all; i = worker.claim()) {
                value(shape, matrix, i % shape.heads(), latents + 4L * i * shape.latent(),
                    out + 4L * i * shape.value(), worker, worker.scratch());
            }
        });
    }

    /// out [v] = W_UV[head] latent; scratch holds the packed latent, then a product's own.
    private void value(MlaShape shape, MatrixAddress matrix, int head, long latent, long out, Worker worker,
                       long scratch) {
        long in = latent;
        long packed = kernels.packedBytes(shape.latent());
        if (matrix.packed()) {
            kernels.pack(latent, shape.latent(), scratch);
            in = scratch;
        }
        int first = head * shape.headRows() + shape.nope();
        kernels.product(matrix, first, first + shape.value(), in, packed, worker.batch.inOrder(1, false),
            out - 4L * first, 0, scratch + packed);
    }

    void latent(LatentAttention op, List<Stage> stages, Need need) {
        MlaShape shape = op.shape();
        CacheLayout layout = op.cache().layout();
        long absorbed = Memory.address(op.absorbed());
        long query = Memory.address(op.query());
        long rows = Memory.address(op.cache().buffer());
        long out = Memory.address(op.out());
        long position = positionAddress(op.control());
        int group = headsAtOnce(shape, op.tokenCount());
        int groups = (shape.heads() + group - 1) / group;
        long queries = Memory.align(4L * group * layout.width());
        need.worker(queries + kernels.attendScratchBytes(group, layout));
        stages.add(worker -> {
            int before = Memory.getInt(position);
            for (int i = worker.claim(); i < op.tokenCount() * groups; i = worker.claim()) {
                int t = i / groups;
                int head = i % groups * group;
                int heads = Math.min(group, shape.heads() - head);
                long first = (long) t * shape.heads() + head;
                for (int h = 0; h < heads; h++) {
                    long to = worker.scratch() + 4L * h * layout.width();
                    scaled(absorbed + 4 * (first + h) * shape.latent(), shape.latent(), shape.scale(), to);
                    scaled(query + 4 * ((first + h) * shape.queryWidth() + shape.nope()), shape.rope(),
                        shape.scale(), to + 4L * shape.latent());
                }
                kernels.attend(worker.scratch(), heads, rows, layout, before + t + 1,
                    out + 4 * first * shape.latent(), worker.scratch() + queries);
            }
        });
    }

    private static void scaled(long from, int count, float factor, long to) {
        for (int i = 0; i < count; i++) {
            Memory.putFloat(to + 4L * i, factor * Memory.getFloat(from + 4L * i));
        }
    }

    private int headsAtOnce(MlaShape shape, int tokenCount) {
        return Math.clamp(shape.heads() * tokenCount / (2L * workers), 1, HEADS_AT_ONCE);
    }

    void attention(MlaAttention op, List<Stage> stages, Need need) {
        if (op.tokenCount() >= MANY_TOKENS && kernels.expandsKeys()) {
            many(op, stages, need);
        } else {
            few(op, stages, need);
        }
    }

    private void few(MlaAttention op, List<Stage> stages, Need need) {
        MlaShape shape = op.shape();
        CacheLayout layout = op.cache().layout();
        MatrixAddress matrix = MatrixAddress.of(op.keyValueB());
        long query = Memory.address(op.query());
        long rows = Memory.address(op.cache().buffer());
        long out = Memory.address(op.out());
        long position = positionAddress(op.control());
        int group = headsAtOnce(shape, op.tokenCount());
        int groups = (shape.heads() + group - 1) / group;
        long queries = Memory.align(4L * group * layout.width());
        long latents = Memory.align(4L * group * shape.latent());
        need.worker(queries + latents + Math.max(kernels.attendScratchBytes(group, layout),
            kernels.packedBytes(shape.latent()) + kernels.productScratchBytes(shape.latent())));
        stages.add(worker -> {
            int before = Memory.getInt(position);
            long latent = worker.scratch() + queries;
            for (int i = worker.claim(); i < op.tokenCount() * groups; i = worker.claim()) {
                int t = i / groups;
                int head = i % groups * group;
                int heads = Math.min(group, shape.heads() - head);
                long first = (long) t * shape.heads() + head;
                for (int h = 0; h < heads; h++) {
                    long from = query + 4 * (first + h) * shape.queryWidth();
                    long to = worker.scratch() + 4L * h * layout.width();
                    kernels.absorb(matrix, (head + h) * shape.headRows(), shape.nope(), from, shape.scale(), to);
                    scaled(from + 4L * shape.nope(), shape.rope(), shape.scale(), to + 4L * shape.latent());
                }
                kernels.attend(worker.scratch(), heads, rows, layout, before + t + 1, latent, latent + latents);
                for (int h = 0; h < heads; h++) {
                    value(shape, matrix, head + h, latent + 4L * h * shape.latent(),
                        out + 4 * (first + h) * shape.value(), worker, latent + latents);
                }
            }
        });
    }

    /// Three stages: room for the widened cache, widening it, then head by head.
    private void many(MlaAttention op, List<Stage> stages, Need need) {
        MlaShape shape = op.shape();
        CacheLayout layout = op.cache().layout();
        MatrixAddress matrix = MatrixAddress.of(op.keyValueB());
        Kernels.HeadShape head = new Kernels.HeadShape(matrix, shape.nope(), shape.rope(), shape.value(),
            shape.scale());
        long stride = matrix.packed() ? kernels.packedBytes(shape.latent()) : 4L * shape.latent();
        long keyBytes = 4L * shape.rope();
        long query = Memory.address(op.query());
        long out = Memory.address(op.out());
        long rows = Memory.address(op.cache().buffer());
        long position = positionAddress(op.control());
        int tokens = op.tokenCount();
        need.worker(Math.max(4L * layout.width(), kernels.attendManyScratchBytes(tokens, head)));
        stages.add(worker -> {
            if (worker.first()) {
                shared.ensure(Memory.align((Memory.getInt(position) + tokens) * (stride + keyBytes)) + Kernels.SLACK);
            }
        });
        stages.add(worker -> {
            int all = Memory.getInt(position) + tokens;
            long keys = shared.address() + all * stride;
            for (int start = worker.claim() * POSITIONS_AT_ONCE; start < all;
                    start = worker.claim() * POSITIONS_AT_ONCE) {
                kernels.unpackCache(layout, rows + (long) start * layout.rowBytes(),
                    Math.min(POSITIONS_AT_ONCE, all - start), matrix, shared.address() + start * stride, stride,
                    keys + start * keyBytes, worker.scratch());
            }
        });
        stages.add(worker -> {
            int before = Memory.getInt(position);
            Kernels.Unpacked unpacked = new Kernels.Unpacked(shared.address(), stride,
                shared.address() + (before + tokens) * stride);
            for (int h = worker.claim(); h < shape.heads(); h = worker.claim()) {
                kernels.attendMany(head, h, query + 4L * h * shape.queryWidth(),
                    (long) shape.heads() * shape.queryWidth(), tokens, before, unpacked,
                    out + 4L * h * shape.value(), (long) shape.heads() * shape.value(), worker.scratch());
            }
        });
    }

}
