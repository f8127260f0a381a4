package com.alphaheng.engine.metal;

import com.alphaheng.engine.backend.CacheLayer;
import com.alphaheng.engine.backend.CacheLayout;
import com.alphaheng.engine.backend.op.AbsorbQuery;
import com.alphaheng.engine.backend.op.CacheWrite;
import com.alphaheng.engine.backend.op.ExpandValue;
import com.alphaheng.engine.backend.op.LatentAttention;
import com.alphaheng.engine.backend.op.MlaAttention;
import com.alphaheng.engine.backend.op.MlaShape;
import com.alphaheng.engine.backend.op.Op;
import com.alphaheng.engine.backend.op.Rope;
import com.alphaheng.engine.backend.op.RopeCacheWrite;
import com.alphaheng.engine.model.Matrix;

import java.lang.foreign.MemorySegment;

import static com.alphaheng.engine.metal.ProgramBuilder.VECTOR_TOKENS;
import static com.alphaheng.engine.metal.ProgramBuilder.blocks;
import static com.alphaheng.engine.metal.ProgramBuilder.on;
import static com.alphaheng.engine.metal.ProgramBuilder.vectorGroups;
import static com.alphaheng.engine.metal.ProgramBuilder.vectorThreads;

/// Wrappers of the kernels of multi-head latent attention.
final class AttentionKernels {
    private static final int ABSORB_COLUMNS = 256;
    private static final int ABSORB_THREADS = 128;
    private static final int HEADS_PER_GROUP = 8;
    private static final int ATTENTION_THREADS = 256;
    private static final int TILE_ROWS = 64;
    private static final int TILE_TOKENS = 32;
    private static final int TILE_THREADS = 128;
    private static final int PREFILL_ROWS = 16;
    private static final int PREFILL_THREADS = 256;
    private static final int MERGE_THREADS = 256;
    private static final int MERGE_ROWS = 32;
    private static final int MAX_LATENT = 512;
    private static final int MAX_ROPE = 64;
    private static final int SIMD_WIDTH = 32;
    /// Positions for which another split is worth its merging, and the most splits.
    private static final int POSITIONS_PER_SPLIT = 64;
    private static final int MAX_SPLITS = 32;

    private final ProgramBuilder program;

    AttentionKernels(ProgramBuilder program) {
        this.program = program;
    }

    void rope(Rope op) {
        program.add(program.kernel(op, KernelVariant.of("rope")).inout(program.buffer(op.inout()))
                .input(program.frequencies(op.theta(), op.width())).input(program.buffer(op.control().buffer()))
                .arguments(ArgumentLayout.ROPE.fill(program.arena(), op.heads(), op.headStride(), op.offset(),
                        op.width(), op.interleaved() ? 1 : 0))
                .groups(op.heads(), op.tokenCount(), 1, SIMD_WIDTH));
    }

    void cacheWrite(CacheWrite op) {
        program.add(program.kernel(op, onCache("cache_write", op.cache())).input(program.buffer(op.latent()))
                .input(program.buffer(op.keyValue())).inout(program.buffer(op.cache().buffer()))
                .input(program.buffer(op.control().buffer())).arguments(layout(op.cache()))
                .groups(op.tokenCount(), 1, 1, SIMD_WIDTH));
    }

    void ropeCacheWrite(RopeCacheWrite op) {
        program.tokens(op.tokenCount());
        MlaShape shape = op.shape();
        program.add(program.kernel(op, onCache("rope_cache_write", op.cache())).inout(program.buffer(op.query()))
                .input(program.buffer(op.keyValue())).tensor(program.vector(op.latentNorm()))
                .input(program.frequencies(shape.theta(), shape.rope())).inout(program.buffer(op.cache().buffer()))
                .input(program.buffer(op.control().buffer())).arguments(layout(op.cache()))
                .arguments(ArgumentLayout.ROPE_CACHE_WRITE.fill(program.arena(), shape.heads(), shape.queryWidth(),
                        shape.nope(), shape.interleaved() ? 1 : 0, op.epsilon()))
                .groups(shape.heads() + 1, op.tokenCount(), 1, SIMD_WIDTH));
    }

    private static KernelVariant onCache(String kernel, CacheLayer cache) {
        return KernelVariant.of(kernel).with(FunctionConstant.CACHE_FORMAT, cache.layout().format().ordinal());
    }

    private MemorySegment layout(CacheLayer cache) {
        CacheLayout layout = cache.layout();
        return ArgumentLayout.CACHE.fill(program.arena(), layout.latent(), layout.rope(), layout.rowBytes(),
                layout.scaleOffset(), layout.latentScales(), layout.capacity());
    }

    void absorbQuery(AbsorbQuery op) {
        absorb(op, program.buffer(op.query()), op.keyValueB(), op.shape(), op.tokenCount(), program.buffer(op.out()));
    }

    private void absorb(Op op, MetalBuffer query, Matrix keyValueB, MlaShape shape, int tokenCount, MetalBuffer out) {
        program.tokens(tokenCount);
        if (tokenCount > VECTOR_TOKENS) {
            program.add(program.kernel(op, on("absorb_query_tiled", keyValueB))
                    .matrix(program.weights().matrix(keyValueB)).input(query).output(out)
                    .arguments(heads(shape, tokenCount)).groups(blocks(shape.latent(), TILE_ROWS),
                            blocks(tokenCount, TILE_TOKENS), shape.heads(), TILE_THREADS));
            return;
        }
        program.add(program.kernel(op, on("absorb_query", keyValueB)).matrix(program.weights().matrix(keyValueB))
                .input(query).output(out).arguments(heads(shape, tokenCount))
                .groups(blocks(shape.latent(), ABSORB_COLUMNS), shape.heads(), tokenCount, ABSORB_THREADS));
    }

    private MemorySegment heads(MlaShape shape, int tokenCount) {
        return ArgumentLayout.HEAD.fill(program.arena(), shape.heads(), shape.nope(), shape.rope(), shape.value(),
                shape.latent(), tokenCount);
    }

    void expandValue(ExpandValue op) {
        expand(op, program.buffer(op.latent()), op.keyValueB(), op.shape(), op.tokenCount(), program.buffer(op.out()));
    }

    private void expand(Op op, MetalBuffer latent, Matrix keyValueB, MlaShape shape, int tokenCount, MetalBuffer out) {
        if (tokenCount > VECTOR_TOKENS) {
            program.add(program.kernel(op, on("expand_value_tiled", keyValueB))
                    .matrix(program.weights().matrix(keyValueB)).input(latent).output(out)
                    .arguments(heads(shape, tokenCount)).groups(blocks(shape.value(), TILE_ROWS),
                            blocks(tokenCount, TILE_TOKENS), shape.heads(), TILE_THREADS));
            return;
        }
        program.add(program.kernel(op, on("expand_value", keyValueB, 1)).matrix(program.weights().matrix(keyValueB))
                .input(latent).output(out).arguments(heads(shape, tokenCount))
                .groups(vectorGroups(shape.value()), shape.heads(), tokenCount, vectorThreads()));
    }

    void latentAttention(LatentAttention op) {
        MetalBuffer states = program.scratch("attention states", 8);
        attend(op, program.buffer(op.absorbed()), program.buffer(op.query()), op.cache(),
                program.buffer(op.control().buffer()), op.shape(), op.tokenCount(), 1, program.buffer(op.out()),
                states);
    }

    private void attend(Op op, MetalBuffer absorbed, MetalBuffer query, CacheLayer cache, MetalBuffer control,
            MlaShape shape, int tokenCount, int splits, MetalBuffer out, MetalBuffer states) {
        ProgramBuilder.require(op, "a latent", shape.latent(), MAX_LATENT);
        ProgramBuilder.require(op, "a rotary width", shape.rope(), MAX_ROPE);
        program.add(program.kernel(op, onCache("latent_attention", cache)).input(absorbed).input(query)
                .input(program.buffer(cache.buffer())).input(control).output(out).output(states)
                .arguments(layout(cache))
                .arguments(ArgumentLayout.ATTENTION.fill(program.arena(), shape.heads(), shape.nope(), shape.rope(),
                        shape.latent(), splits, shape.scale()))
                .groups(splits, blocks(shape.heads(), HEADS_PER_GROUP), tokenCount, ATTENTION_THREADS));
    }

    /// Long contexts are split, so that one token, or a few, keep the GPU busy.
    private static int splits(CacheLayer cache) {
        return (int) Math.min(MAX_SPLITS, blocks(cache.layout().capacity(), POSITIONS_PER_SPLIT));
    }

    void mlaAttention(MlaAttention op) {
        if (op.tokenCount() > VECTOR_TOKENS) {
            prefillAttention(op);
            return;
        }
        MlaShape shape = op.shape();
        int tokenCount = op.tokenCount();
        int splits = splits(op.cache());
        long rows = (long) tokenCount * shape.heads();
        MetalBuffer query = program.buffer(op.query());
        MetalBuffer absorbed = program.scratch("absorbed query", 4 * rows * shape.latent());
        MetalBuffer partial = program.scratch("attended latent", 4 * rows * splits * shape.latent());
        MetalBuffer states = program.scratch("attention states", 8 * rows * splits);
        absorb(op, query, op.keyValueB(), shape, tokenCount, absorbed);
        attend(op, absorbed, query, op.cache(), program.buffer(op.control().buffer()), shape, tokenCount, splits,
                partial, states);
        if (splits == 1) {
            expand(op, partial, op.keyValueB(), shape, tokenCount, program.buffer(op.out()));
            return;
        }
        program.add(program.kernel(op, on("merge_expand_value", op.keyValueB(), 1))
                .matrix(program.weights().matrix(op.keyValueB())).input(partial).input(states)
                .output(program.buffer(op.out()))
                .arguments(ArgumentLayout.MERGE.fill(program.arena(), shape.heads(), shape.nope(), shape.value(),
                        shape.latent(), splits))
                .groups(blocks(shape.value(), MERGE_ROWS), shape.heads(), tokenCount, MERGE_THREADS));
    }

    private void prefillAttention(MlaAttention op) {
        MlaShape shape = op.shape();
        ProgramBuilder.require(op, "a latent", shape.latent(), MAX_LATENT);
        ProgramBuilder.require(op, "a rotary width", shape.rope(), MAX_ROPE);
        int rows = op.tokenCount() * shape.heads();
        MetalBuffer query = program.buffer(op.query());
        MetalBuffer absorbed = program.scratch("absorbed query", 4L * rows * shape.latent());
        MetalBuffer attended = program.scratch("attended latent", 4L * rows * shape.latent());
        absorb(op, query, op.keyValueB(), shape, op.tokenCount(), absorbed);
        program.add(program.kernel(op, onCache("mla_attention_tiled", op.cache())).input(absorbed).input(query)
                .input(program.buffer(op.cache().buffer())).input(program.buffer(op.control().buffer()))
                .output(attended).arguments(layout(op.cache()))
                .arguments(ArgumentLayout.PREFILL.fill(program.arena(), shape.heads(), shape.nope(), shape.rope(),
                        shape.latent(), rows, shape.scale()))
                .groups(blocks(rows, PREFILL_ROWS), 1, 1, PREFILL_THREADS));
        expand(op, attended, op.keyValueB(), shape, op.tokenCount(), program.buffer(op.out()));
    }
}
