package com.alphaheng.engine.cpu.fast;

import com.alphaheng.engine.backend.CacheLayout;
import com.alphaheng.engine.backend.Precision;

/// The arithmetic of the fast CPU back end. Every pointer is an address: calls happen hundreds of times per token
/// from several threads and must neither allocate nor check lifetimes; whoever calls owns the memory and keeps it
/// alive. Floats are float32, matrices row-major. Thread-safe; scratch memory is the calling thread's own, aligned
/// to 64.
public interface Kernels {

    /// Extra bytes that every scratch or packed area must have at its end.
    int SLACK = 128;

    /// For people: instruction set and origin.
    String description();

    Precision precision();

    /// Bytes of one input of `cols` columns, packed for a product with MMFP4 weights; a multiple of 64.
    long packedBytes(int cols);

    /// Packs float32[cols] at `in` to [#packedBytes] at `out`, 64-aligned.
    void pack(long in, int cols, long out);

    /// Scratch bytes that [#product] needs for matrices of `cols` columns.
    long productScratchBytes(int cols);

    /// out[i, row] (+)= matrix[row] . in[i] for firstRow <= row < endRow and the inputs of `batch`. `in` holds
    /// packed inputs when the matrix is MMFP4, else float32[cols], `inStride` bytes apart; outputs are `outStride`
    /// floats apart and addressed by absolute row. How an input is rounded does not depend on the others as long as
    /// `batch.count` stays within [#IN_ROWS].
    void product(MatrixAddress matrix, int firstRow, int endRow, long in, long inStride, Batch batch, long out,
                 long outStride, long scratch);

    /// Up to so many inputs, every result of [#product] is the same as with one input alone, bit for bit.
    int IN_ROWS = 4;

    /// Row `row` of the matrix as float32[cols].
    void widenRow(MatrixAddress matrix, int row, long out);

    /// out = in / sqrt(mean(in^2) + epsilon) * weight
    void rmsNorm(long in, long weight, int width, float epsilon, long out);

    /// out = silu(gate) * up
    void swiglu(long gate, long up, int count, long out);

    /// out[0 .. cols) = factor * sum over i < rows of query[i] * matrix[firstRow + i].
    void absorb(MatrixAddress matrix, int firstRow, int rows, long query, float factor, long out);

    long attendScratchBytes(int heads, CacheLayout layout);

    /// out[h] = sum over p < positions of softmax(query[h] . row p) latent p, for float32 query [heads, latent +
    /// rope] that carries the softmax scale, and out [heads, latent].
    void attend(long query, int heads, long cache, CacheLayout layout, int positions, long out, long scratch);

    /// Stores float32[latent + rope] as the cache row at address `to`.
    void writeCacheRow(CacheLayout layout, long row, long to);

    /// Whether [#attendMany] exists; if not, many tokens are attended one by one.
    boolean expandsKeys();

    /// Widens `count` cache rows from address `rows` on: latents as inputs of a product with `keyValueB`
    /// (`latentStride` bytes apart), keys as float32 [count, rope].
    void unpackCache(CacheLayout layout, long rows, int count, MatrixAddress keyValueB, long latents,
                     long latentStride, long keys, long scratch);

    long attendManyScratchBytes(int tokens, HeadShape shape);

    /// Attention of one head for `tokens` tokens at positions position .. position + tokens - 1.
    ///
    /// @param query     address of float32 [tokens, nope + rope] of this head, `queryStride` floats apart
    /// @param unpacked  what [#unpackCache] made of all positions
    /// @param out       address of float32 [tokens, value], `outStride` floats apart
    void attendMany(HeadShape shape, int head, long query, long queryStride, int tokens, int position,
                    Unpacked unpacked, long out, long outStride, long scratch);

    /// The widths of one attention head.
    ///
    /// @param keyValueB kv_b_proj: per head `nope` rows of W_UK, then `value` rows of W_UV
    /// @param nope      part of the query that is not rotated
    /// @param rope      rotated part
    /// @param value     width of a value
    /// @param scale     softmax scale
    record HeadShape(MatrixAddress keyValueB, int nope, int rope, int value, float scale) { }

    /// Cached rows, widened.
    ///
    /// @param latents      address of the inputs of a product with kv_b_proj
    /// @param latentStride bytes from one to the next
    /// @param keys         address of float32 [positions, rope]
    record Unpacked(long latents, long latentStride, long keys) { }
}
