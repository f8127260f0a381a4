// out[t, head] = W_UK[head]^T query[t, head, 0..n)

struct HeadArguments {
    uint heads;
    uint nope;
    uint rope;
    uint value;
    uint latent;
    uint tokens;
};

enum : uint { ABSORB_SIMDGROUPS = 4, ABSORB_COLUMNS = 256 };

// A lane has 8 columns of the latent; the simdgroups share the rows and add up at the end.
kernel void absorb_query(device const uint* codes [[buffer(0)]], device const half* scales [[buffer(1)]],
        device const float* query [[buffer(2)]], device float* out [[buffer(3)]],
        constant HeadArguments& arguments [[buffer(4)]], uint3 group [[threadgroup_position_in_grid]],
        uint lane [[thread_index_in_simdgroup]], uint simdgroup [[simdgroup_index_in_threadgroup]],
        uint index [[thread_index_in_threadgroup]]) {
    threadgroup float shares[ABSORB_SIMDGROUPS * ABSORB_COLUMNS];
    uint head = group.y;
    uint token = group.z;
    device const float* q = query + ulong(token * arguments.heads + head) * (arguments.nope + arguments.rope);
    ulong firstRow = ulong(head) * (arguments.nope + arguments.value);
    uint column = group.x * ABSORB_COLUMNS + lane * 8;
    float sums[8];
    clear(sums, 8);
    if (column < arguments.latent) {
        for (uint row = simdgroup; row < arguments.nope; row += ABSORB_SIMDGROUPS) {
            float values[8];
            load_eight(codes, scales, firstRow + row, column, arguments.latent, values);
            float factor = q[row];
            for (uint i = 0; i < 8; i++) {
                sums[i] += factor * values[i];
            }
        }
    }
    for (uint i = 0; i < 8; i++) {
        shares[simdgroup * ABSORB_COLUMNS + lane * 8 + i] = sums[i];
    }
    threadgroup_barrier(mem_flags::mem_threadgroup);
    for (uint i = index; i < ABSORB_COLUMNS; i += ABSORB_SIMDGROUPS * SIMD_WIDTH) {
        uint target = group.x * ABSORB_COLUMNS + i;
        if (target < arguments.latent) {
            float sum = 0.0f;
            for (uint s = 0; s < ABSORB_SIMDGROUPS; s++) {
                sum += shares[s * ABSORB_COLUMNS + i];
            }
            out[ulong(token * arguments.heads + head) * arguments.latent + target] = sum;
        }
    }
}

// For many tokens: threadgroups (block of rows, block of tokens, head) multiply the vectors of one head by its part of the
// matrix. `source` is room for the numbers of the vectors.
template <bool TRANSPOSED>
inline void multiply_head(device const uint* codes, device const half* scales, device const float* in, device float* out,
        ulong firstRow, uint rows, uint columns, uint inStride, constant HeadArguments& arguments,
        threadgroup float* tile, threadgroup uint* source, uint3 group, uint index, uint simdgroup) {
    uint row = group.x * TILE_ROWS;
    if (index < TILE_TOKENS) {
        uint token = group.y * TILE_TOKENS + index;
        source[index] = token < arguments.tokens ? token * arguments.heads + group.z : NO_SOURCE;
    }
    threadgroup_barrier(mem_flags::mem_threadgroup);
    multiply_tile<TRANSPOSED>(codes, scales, in, source, firstRow, row, rows, columns, inStride, tile, index, simdgroup);
    for (uint i = index; i < TILE_TOKENS * TILE_ROWS; i += TILE_THREADS) {
        uint vector = source[i / TILE_ROWS];
        uint r = i % TILE_ROWS;
        if (vector != NO_SOURCE && row + r < rows) {
            out[ulong(vector) * rows + row + r] = tile[i / TILE_ROWS * OUTPUT_STRIDE + r];
        }
    }
}

[[max_total_threads_per_threadgroup(128)]]
kernel void absorb_query_tiled(device const uint* codes [[buffer(0)]], device const half* scales [[buffer(1)]],
        device const float* query [[buffer(2)]], device float* out [[buffer(3)]],
        constant HeadArguments& arguments [[buffer(4)]], uint3 group [[threadgroup_position_in_grid]],
        uint index [[thread_index_in_threadgroup]], uint simdgroup [[simdgroup_index_in_threadgroup]]) {
    threadgroup float tile[TILE_FLOATS];
    threadgroup uint source[TILE_TOKENS];
    multiply_head<true>(codes, scales, query, out, ulong(group.z) * (arguments.nope + arguments.value), arguments.latent,
        arguments.nope, arguments.nope + arguments.rope, arguments, tile, source, group, index, simdgroup);
}
