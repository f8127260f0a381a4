// What the fused operation has beyond AbsorbQuery, LatentAttention and ExpandValue: the end of split attention, which puts
// the splits of a head together and multiplies by W_UV; and attention of many tokens in tiles.

struct MergeArguments {
    uint heads;
    uint nope;
    uint value;
    uint latent;
    uint splits;
};

// Threadgroups (block of rows, head, token); each simdgroup ROWS rows. Compiled for TOKENS = 1.
[[max_total_threads_per_threadgroup(256)]]
kernel void merge_expand_value(device const uint* codes [[buffer(0)]], device const half* scales [[buffer(1)]],
        device const float* partial [[buffer(2)]], device const float* states [[buffer(3)]],
        device float* out [[buffer(4)]], constant MergeArguments& arguments [[buffer(5)]],
        uint3 group [[threadgroup_position_in_grid]], uint lane [[thread_index_in_simdgroup]],
        uint simdgroup [[simdgroup_index_in_threadgroup]], uint simdgroups [[simdgroups_per_threadgroup]],
        uint index [[thread_index_in_threadgroup]], uint3 size [[threads_per_threadgroup]]) {
    uint threads = size.x;
    threadgroup float latent[MAX_LATENT];
    ulong headIndex = ulong(group.z) * arguments.heads + group.y;
    device const float* state = states + headIndex * arguments.splits * 2;
    float largest = -INFINITY;
    for (uint split = 0; split < arguments.splits; split++) {
        largest = max(largest, state[split * 2]);
    }
    float denominator = 0.0f;
    for (uint split = 0; split < arguments.splits; split++) {
        denominator += state[split * 2 + 1] * precise::exp(state[split * 2] - largest);
    }
    for (uint column = index; column < arguments.latent; column += threads) {
        float sum = 0.0f;
        for (uint split = 0; split < arguments.splits; split++) {
            sum += partial[(headIndex * arguments.splits + split) * arguments.latent + column]
                * precise::exp(state[split * 2] - largest);
        }
        latent[column] = sum / denominator;
    }
    threadgroup_barrier(mem_flags::mem_threadgroup);
    uint row = (group.x * simdgroups + simdgroup) * ROWS;
    if (row >= arguments.value) {
        return;
    }
    ulong firstRow = ulong(group.y) * (arguments.nope + arguments.value) + arguments.nope;
    float sums[ROWS * MAX_TOKENS];
    float squares[MAX_TOKENS];
    clear(sums, ROWS * MAX_TOKENS);
    multiply_rows<false>(codes, scales, latent, partial, firstRow, row, arguments.value, arguments.latent, lane, sums,
        squares);
    total_rows(sums);
    store_rows(sums, out + headIndex * arguments.value, row, arguments.value, lane);
}

struct PrefillArguments {
    uint heads;
    uint nope;
    uint rope;
    uint latent;
    uint rows;     // tokens x heads
    float scale;
};

enum : uint {
    PREFILL_SIMDGROUPS = 8,
    PREFILL_ROWS = 16,          // queries of a threadgroup: pairs of token and head, which all share the cache
    PREFILL_POSITIONS = 8,      // rows of the cache worked on at a time
    // Floats between staged rows: MAX_LATENT + MAX_ROPE and a few more, for the memory's banks.
    PREFILL_STRIDE = 584,
    // Blocks of 8 columns that one simdgroup has: of a whole row, and of the latent.
    PREFILL_SLICES = 9,
    PREFILL_BLOCKS = 8
};

// Attention of many tokens over the latent cache (flash attention, Dao et al. 2022, on the absorbed form, where all heads
// share keys and values): 16 queries against 8 positions at a time by 8x8 matrices, with a running softmax. Simdgroups
// share the columns: each adds up its part of the scores, and keeps its part of the output in registers.
[[max_total_threads_per_threadgroup(256)]]
kernel void mla_attention_tiled(device const float* absorbed [[buffer(0)]], device const float* query [[buffer(1)]],
        device const uchar* cache [[buffer(2)]], device const uint* control [[buffer(3)]], device float* out [[buffer(4)]],
        constant CacheArguments& layout [[buffer(5)]], constant PrefillArguments& arguments [[buffer(6)]],
        uint3 group [[threadgroup_position_in_grid]], uint lane [[thread_index_in_simdgroup]],
        uint simdgroup [[simdgroup_index_in_threadgroup]], uint index [[thread_index_in_threadgroup]],
        uint3 size [[threads_per_threadgroup]]) {
    uint threads = size.x;
    threadgroup float staged[PREFILL_POSITIONS * PREFILL_STRIDE];
    threadgroup float scores[PREFILL_SIMDGROUPS * PREFILL_ROWS * PREFILL_POSITIONS];
    threadgroup float weights[PREFILL_ROWS * PREFILL_POSITIONS];
    threadgroup float corrections[PREFILL_ROWS * PREFILL_POSITIONS];
    threadgroup float denominators[PREFILL_ROWS];
    threadgroup uint changes[PREFILL_SIMDGROUPS];
    uint width = arguments.latent + arguments.rope;
    uint padded = (width + 7) / 8 * 8;
    uint firstRow = group.x * PREFILL_ROWS;
    uint position = control[CONTROL_POSITION];
    uint lastToken = (min(firstRow + PREFILL_ROWS, arguments.rows) - 1) / arguments.heads;
    uint end = min(position + lastToken + 1, layout.capacity);

    // The queries, transposed: [column][query], so that cache x query gives scores without a transposed load.
    simdgroup_float8x8 q[2 * PREFILL_SLICES];
    for (uint block = 0; block < 2; block++) {
        for (uint i = index; i < 8 * padded; i += threads) {
            uint row = firstRow + block * 8 + i / padded;
            uint column = i % padded;
            float value = 0.0f;
            if (row < arguments.rows && column < width) {
                value = column < arguments.latent ? absorbed[ulong(row) * arguments.latent + column]
                    : query[ulong(row) * (arguments.nope + arguments.rope) + arguments.nope + column - arguments.latent];
            }
            staged[column * 8 + i / padded] = value * arguments.scale;
        }
        threadgroup_barrier(mem_flags::mem_threadgroup);
        for (uint slice = 0; slice < PREFILL_SLICES; slice++) {
            uint column = (simdgroup + PREFILL_SIMDGROUPS * slice) * 8;
            if (column < padded) {
                simdgroup_load(q[block * PREFILL_SLICES + slice], staged + column * 8, 8);
            }
        }
        threadgroup_barrier(mem_flags::mem_threadgroup);
    }

    simdgroup_float8x8 zero = make_filled_simdgroup_matrix<float, 8, 8>(0.0f);
    simdgroup_float8x8 sums[2 * PREFILL_BLOCKS];
    for (uint i = 0; i < 2 * PREFILL_BLOCKS; i++) {
        sums[i] = zero;
    }
    // The softmax of a query is the work of 8 lanes, a position each, in the first four simdgroups.
    uint mine = simdgroup * 4 + lane / 8;
    uint reach = min(end, position + (firstRow + mine) / arguments.heads + 1);
    float largest = -INFINITY;
    float denominator = 0.0f;
    for (uint first = 0; first < end; first += PREFILL_POSITIONS) {
        for (uint i = index; i < PREFILL_POSITIONS * padded; i += threads) {
            uint p = i / padded;
            uint column = i % padded;
            staged[p * PREFILL_STRIDE + column] = first + p < end && column < width
                ? load_cached(cache + ulong(first + p) * layout.rowBytes, layout, column) : 0.0f;
        }
        threadgroup_barrier(mem_flags::mem_threadgroup);
        simdgroup_float8x8 partial[2];
        partial[0] = zero;
        partial[1] = zero;
        for (uint slice = 0; slice < PREFILL_SLICES; slice++) {
            uint column = (simdgroup + PREFILL_SIMDGROUPS * slice) * 8;
            if (column < padded) {
                simdgroup_float8x8 keys;
                simdgroup_load(keys, staged + column, PREFILL_STRIDE);
                for (uint block = 0; block < 2; block++) {
                    simdgroup_multiply_accumulate(partial[block], keys, q[block * PREFILL_SLICES + slice], partial[block]);
                }
            }
        }
        for (uint block = 0; block < 2; block++) {
            simdgroup_store(partial[block], scores + (simdgroup * 2 + block) * 64, 8);
        }
        threadgroup_barrier(mem_flags::mem_threadgroup);
        if (simdgroup < PREFILL_ROWS / 4) {
            uint p = lane % 8;
            float score = 0.0f;
            for (uint s = 0; s < PREFILL_SIMDGROUPS; s++) {
                score += scores[(s * 2 + mine / 8) * 64 + p * 8 + mine % 8];
            }
            score = first + p < reach ? score : -INFINITY;
            float newLargest = max(largest, score);
            for (uint distance = 1; distance < 8; distance *= 2) {
                newLargest = max(newLargest, simd_shuffle_xor(newLargest, ushort(distance)));
            }
            // The first position is within reach of all, so newLargest is a number.
            float correction = precise::exp(largest - newLargest);
            float weight = precise::exp(score - newLargest);
            float sum = weight;
            for (uint distance = 1; distance < 8; distance *= 2) {
                sum += simd_shuffle_xor(sum, ushort(distance));
            }
            denominator = denominator * correction + sum;
            largest = newLargest;
            weights[mine * 8 + p] = weight;
            corrections[mine * 8 + p] = p == mine % 8 ? correction : 0.0f;
            uint changed = simd_max(correction != 1.0f ? 1u : 0u);
            if (lane == 0) {
                changes[simdgroup] = changed;
            }
        }
        threadgroup_barrier(mem_flags::mem_threadgroup);
        for (uint block = 0; block < 2; block++) {
            // Each query's sums times its correction: a product with a diagonal matrix, seldom needed.
            if (changes[block * 2] + changes[block * 2 + 1] > 0) {
                simdgroup_float8x8 diagonal;
                simdgroup_load(diagonal, corrections + block * 64, 8);
                for (uint i = 0; i < PREFILL_BLOCKS; i++) {
                    if ((simdgroup + PREFILL_SIMDGROUPS * i) * 8 < arguments.latent) {
                        simdgroup_multiply_accumulate(sums[block * PREFILL_BLOCKS + i], diagonal,
                            sums[block * PREFILL_BLOCKS + i], zero);
                    }
                }
            }
        }
        simdgroup_float8x8 shares[2];
        simdgroup_load(shares[0], weights, 8);
        simdgroup_load(shares[1], weights + 64, 8);
        for (uint i = 0; i < PREFILL_BLOCKS; i++) {
            uint column = (simdgroup + PREFILL_SIMDGROUPS * i) * 8;
            if (column < arguments.latent) {
                simdgroup_float8x8 values;
                simdgroup_load(values, staged + column, PREFILL_STRIDE);
                for (uint block = 0; block < 2; block++) {
                    simdgroup_multiply_accumulate(sums[block * PREFILL_BLOCKS + i], shares[block], values,
                        sums[block * PREFILL_BLOCKS + i]);
                }
            }
        }
        threadgroup_barrier(mem_flags::mem_threadgroup);
    }
    if (simdgroup < PREFILL_ROWS / 4 && lane % 8 == 0) {
        denominators[mine] = denominator;
    }
    for (uint block = 0; block < 2; block++) {
        for (uint i = 0; i < PREFILL_BLOCKS; i++) {
            uint column = (simdgroup + PREFILL_SIMDGROUPS * i) * 8;
            if (column < arguments.latent) {
                simdgroup_store(sums[block * PREFILL_BLOCKS + i], staged + column, PREFILL_STRIDE);
            }
        }
        threadgroup_barrier(mem_flags::mem_threadgroup);
        for (uint i = index; i < 8 * arguments.latent; i += threads) {
            uint row = block * 8 + i / arguments.latent;
            uint column = i % arguments.latent;
            if (firstRow + row < arguments.rows) {
                out[ulong(firstRow + row) * arguments.latent + column] =
                    staged[i / arguments.latent * PREFILL_STRIDE + column] / denominators[row];
            }
        }
        threadgroup_barrier(mem_flags::mem_threadgroup);
    }
}
