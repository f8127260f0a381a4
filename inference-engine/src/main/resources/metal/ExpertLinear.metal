// out[t, j] = matrices[expertIds[t, j]] x, where x = in[t] or in[t, j]. The experts' matrices lie one after the other.

struct ExpertLinearArguments {
    uint rows;          // of one expert
    uint columns;
    uint tokens;
    uint perToken;
    uint experts;
    uint inPerChoice;
};

// For a few tokens: threadgroups (block of rows, choice). Compiled for TOKENS = 1.
kernel void expert_linear(device const uint* codes [[buffer(0)]], device const half* scales [[buffer(1)]],
        device const float* in [[buffer(2)]], device const uint* expertIds [[buffer(3)]],
        device float* out [[buffer(4)]], constant ExpertLinearArguments& arguments [[buffer(5)]],
        uint3 group [[threadgroup_position_in_grid]], uint lane [[thread_index_in_simdgroup]],
        uint simdgroup [[simdgroup_index_in_threadgroup]], uint simdgroups [[simdgroups_per_threadgroup]]) {
    uint row = (group.x * simdgroups + simdgroup) * ROWS;
    if (row >= arguments.rows) {
        return;
    }
    uint choice = group.y;
    ulong firstRow = ulong(min(expertIds[choice], arguments.experts - 1)) * arguments.rows;
    uint vector = arguments.inPerChoice != 0 ? choice : choice / arguments.perToken;
    device const float* x = in + ulong(vector) * arguments.columns;
    float sums[ROWS * MAX_TOKENS];
    float squares[MAX_TOKENS];
    clear(sums, ROWS * MAX_TOKENS);
    multiply_rows<false>(codes, scales, x, x, firstRow, row, arguments.rows, arguments.columns, lane, sums, squares);
    total_rows(sums);
    store_rows(sums, out + ulong(choice) * arguments.rows, row, arguments.rows, lane);
}

// Sorts the choices of many tokens by expert: order[offsets[e] .. offsets[e + 1]) are those of expert e, in order.
// One threadgroup, one thread for each expert.
kernel void group_by_expert(device const uint* expertIds [[buffer(0)]], device uint* offsets [[buffer(1)]],
        device uint* order [[buffer(2)]], constant ExpertLinearArguments& arguments [[buffer(3)]],
        uint index [[thread_index_in_threadgroup]]) {
    threadgroup uint counts[MAX_EXPERTS];
    uint choices = arguments.tokens * arguments.perToken;
    uint count = 0;
    if (index < arguments.experts) {
        for (uint i = 0; i < choices; i++) {
            count += min(expertIds[i], arguments.experts - 1) == index ? 1 : 0;
        }
        counts[index] = count;
    }
    threadgroup_barrier(mem_flags::mem_threadgroup);
    if (index < arguments.experts) {
        uint first = 0;
        for (uint e = 0; e < index; e++) {
            first += counts[e];
        }
        offsets[index] = first;
        if (index == arguments.experts - 1) {
            offsets[arguments.experts] = first + count;
        }
        for (uint i = 0; i < choices; i++) {
            if (min(expertIds[i], arguments.experts - 1) == index) {
                order[first++] = i;
            }
        }
    }
}

// For many tokens: threadgroups (tile of rows, tile of an expert's choices, expert); those beyond its last are idle.
[[max_total_threads_per_threadgroup(128)]]
kernel void expert_linear_tiled(device const uint* codes [[buffer(0)]], device const half* scales [[buffer(1)]],
        device const float* in [[buffer(2)]], device const uint* offsets [[buffer(3)]],
        device const uint* order [[buffer(4)]], device float* out [[buffer(5)]],
        constant ExpertLinearArguments& arguments [[buffer(6)]], uint3 group [[threadgroup_position_in_grid]],
        uint index [[thread_index_in_threadgroup]], uint simdgroup [[simdgroup_index_in_threadgroup]]) {
    threadgroup float tile[TILE_FLOATS];
    threadgroup uint source[TILE_TOKENS];
    uint expert = group.z;
    uint first = offsets[expert] + group.y * TILE_TOKENS;
    uint end = offsets[expert + 1];
    if (first >= end) {
        return;
    }
    uint row = group.x * TILE_ROWS;
    if (index < TILE_TOKENS) {
        uint choice = first + index < end ? order[first + index] : uint(NO_SOURCE);
        source[index] = choice == NO_SOURCE || arguments.inPerChoice != 0 ? choice : choice / arguments.perToken;
    }
    threadgroup_barrier(mem_flags::mem_threadgroup);
    multiply_tile<false>(codes, scales, in, source, ulong(expert) * arguments.rows, row, arguments.rows, arguments.columns,
        arguments.columns, tile, index, simdgroup);
    for (uint i = index; i < TILE_TOKENS * TILE_ROWS; i += TILE_THREADS) {
        uint token = i / TILE_ROWS;
        uint r = i % TILE_ROWS;
        if (first + token < end && row + r < arguments.rows) {
            out[ulong(order[first + token]) * arguments.rows + row + r] = tile[token * OUTPUT_STRIDE + r];
        }
    }
}
