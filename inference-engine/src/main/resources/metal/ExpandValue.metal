// out[t, head] = W_UV[head] latent[t, head]

// Threadgroups (block of rows, head, token); each simdgroup ROWS rows. Compiled for TOKENS = 1.
kernel void expand_value(device const uint* codes [[buffer(0)]], device const half* scales [[buffer(1)]],
        device const float* latent [[buffer(2)]], device float* out [[buffer(3)]],
        constant HeadArguments& arguments [[buffer(4)]], uint3 group [[threadgroup_position_in_grid]],
        uint lane [[thread_index_in_simdgroup]], uint simdgroup [[simdgroup_index_in_threadgroup]],
        uint simdgroups [[simdgroups_per_threadgroup]]) {
    uint row = (group.x * simdgroups + simdgroup) * ROWS;
    if (row >= arguments.value) {
        return;
    }
    ulong headIndex = ulong(group.z) * arguments.heads + group.y;
    ulong firstRow = ulong(group.y) * (arguments.nope + arguments.value) + arguments.nope;
    device const float* in = latent + headIndex * arguments.latent;
    float sums[ROWS * MAX_TOKENS];
    float squares[MAX_TOKENS];
    clear(sums, ROWS * MAX_TOKENS);
    multiply_rows<false>(codes, scales, in, in, firstRow, row, arguments.value, arguments.latent, lane, sums, squares);
    total_rows(sums);
    store_rows(sums, out + headIndex * arguments.value, row, arguments.value, lane);
}

// For many tokens.
[[max_total_threads_per_threadgroup(128)]]
kernel void expand_value_tiled(device const uint* codes [[buffer(0)]], device const half* scales [[buffer(1)]],
        device const float* latent [[buffer(2)]], device float* out [[buffer(3)]],
        constant HeadArguments& arguments [[buffer(4)]], uint3 group [[threadgroup_position_in_grid]],
        uint index [[thread_index_in_threadgroup]], uint simdgroup [[simdgroup_index_in_threadgroup]]) {
    threadgroup float tile[TILE_FLOATS];
    threadgroup uint source[TILE_TOKENS];
    multiply_head<false>(codes, scales, latent, out,
        ulong(group.z) * (arguments.nope + arguments.value) + arguments.nope, arguments.value, arguments.latent,
        arguments.latent, arguments, tile, source, group, index, simdgroup);
}
