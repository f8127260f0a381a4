// out[t] = matrix in[t]

struct LinearArguments {
    uint rows;
    uint columns;
    uint tokens;
    uint inFirst;      // first value of `in`
    uint accumulate;   // tiled kernel only: add to `out` rather than replace it
};

// For up to MAX_TOKENS tokens: each simdgroup ROWS rows.
kernel void linear(device const uint* codes [[buffer(0)]], device const half* scales [[buffer(1)]],
        device const float* in [[buffer(2)]], device float* out [[buffer(3)]],
        constant LinearArguments& arguments [[buffer(4)]], uint3 group [[threadgroup_position_in_grid]],
        uint lane [[thread_index_in_simdgroup]], uint simdgroup [[simdgroup_index_in_threadgroup]],
        uint simdgroups [[simdgroups_per_threadgroup]]) {
    uint row = (group.x * simdgroups + simdgroup) * ROWS;
    if (row >= arguments.rows) {
        return;
    }
    float sums[ROWS * MAX_TOKENS];
    float squares[MAX_TOKENS];
    clear(sums, ROWS * MAX_TOKENS);
    multiply_rows<false>(codes, scales, in + arguments.inFirst, in, 0, row, arguments.rows, arguments.columns, lane, sums,
        squares);
    total_rows(sums);
    store_rows(sums, out, row, arguments.rows, lane);
}

// For more tokens.
[[max_total_threads_per_threadgroup(128)]]
kernel void linear_tiled(device const uint* codes [[buffer(0)]], device const half* scales [[buffer(1)]],
        device const float* in [[buffer(2)]], device float* out [[buffer(3)]],
        constant LinearArguments& arguments [[buffer(4)]], uint3 group [[threadgroup_position_in_grid]],
        uint index [[thread_index_in_threadgroup]], uint simdgroup [[simdgroup_index_in_threadgroup]]) {
    threadgroup float tile[TILE_FLOATS];
    threadgroup uint source[TILE_TOKENS];
    uint firstToken = group.y * TILE_TOKENS;
    uint row = group.x * TILE_ROWS;
    if (index < TILE_TOKENS) {
        source[index] = firstToken + index < arguments.tokens ? firstToken + index : NO_SOURCE;
    }
    threadgroup_barrier(mem_flags::mem_threadgroup);
    multiply_tile<false>(codes, scales, in + arguments.inFirst, source, 0, row, arguments.rows, arguments.columns,
        arguments.columns, tile, index, simdgroup);
    for (uint i = index; i < TILE_TOKENS * TILE_ROWS; i += TILE_THREADS) {
        uint token = i / TILE_ROWS;
        uint r = i % TILE_ROWS;
        if (source[token] != NO_SOURCE && row + r < arguments.rows) {
            ulong target = ulong(firstToken + token) * arguments.rows + row + r;
            float sum = tile[token * OUTPUT_STRIDE + r];
            out[target] = arguments.accumulate != 0 ? out[target] + sum : sum;
        }
    }
}
