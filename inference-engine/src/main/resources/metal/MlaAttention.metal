// The end of split attention: puts the splits of a head together and multiplies by W_UV. AbsorbQuery and LatentAttention
// come before it.

struct MergeArguments {
    uint heads;
    uint nope;
    uint value;
    uint latent;
    uint splits;
};

// Threadgroups (block of rows, head, token); each simdgroup ROWS rows. Compiled for TOKENS = 1.
kernel void merge_expand_value(device const uint* codes [[buffer(0)]], device const half* scales [[buffer(1)]],
        device const float* partial [[buffer(2)]], device const float* states [[buffer(3)]],
        device float* out [[buffer(4)]], constant MergeArguments& arguments [[buffer(5)]],
        uint3 group [[threadgroup_position_in_grid]], uint lane [[thread_index_in_simdgroup]],
        uint simdgroup [[simdgroup_index_in_threadgroup]], uint simdgroups [[simdgroups_per_threadgroup]],
        uint index [[thread_index_in_threadgroup]], uint threads [[threads_per_threadgroup]]) {
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
