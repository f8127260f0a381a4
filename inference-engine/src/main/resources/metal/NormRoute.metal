// normed = norm(in), and Route on it, in one pass over the input.

// One threadgroup for each token. Compiled for TOKENS = 1.
[[max_total_threads_per_threadgroup(256)]]
kernel void norm_route(device const uint* router [[buffer(0)]], device const float* bias [[buffer(1)]],
        device const float* in [[buffer(2)]], device const float* norm [[buffer(3)]],
        device float* normed [[buffer(4)]], device uint* expertIds [[buffer(5)]],
        device float* expertWeights [[buffer(6)]], constant RouteArguments& arguments [[buffer(7)]],
        uint3 group [[threadgroup_position_in_grid]], uint lane [[thread_index_in_simdgroup]],
        uint simdgroup [[simdgroup_index_in_threadgroup]]) {
    threadgroup float scores[MAX_EXPERTS];
    threadgroup float choice[MAX_EXPERTS];
    threadgroup float groupSums[2 * MAX_EXPERTS];
    device const float* x = in + ulong(group.x) * arguments.columns;
    for (uint row = simdgroup * ROWS; row < arguments.experts; row += ROUTE_SIMDGROUPS * ROWS) {
        float sums[ROWS * MAX_TOKENS];
        float squares[MAX_TOKENS];
        clear(sums, ROWS * MAX_TOKENS);
        clear(squares, MAX_TOKENS);
        multiply_rows<true>(router, (device const half*) router, x, norm, 0, row, arguments.experts, arguments.columns,
            lane, sums, squares);
        norm_factors(squares, arguments.columns, arguments.epsilon);
        total_rows(sums);
        for (uint r = 0; r < ROWS; r++) {
            if (lane == r && row + r < arguments.experts) {
                float score = 1.0f / (1.0f + precise::exp(-sums[r * MAX_TOKENS] * squares[0]));
                scores[row + r] = score;
                choice[row + r] = score + bias[row + r];
            }
        }
        if (row == 0) {
            store_normed(x, norm, squares, normed + ulong(group.x) * arguments.columns, arguments.columns, lane);
        }
    }
    for (uint i = simdgroup * SIMD_WIDTH + lane; i < 2 * MAX_EXPERTS; i += ROUTE_SIMDGROUPS * SIMD_WIDTH) {
        groupSums[i] = 0.0f;
    }
    threadgroup_barrier(mem_flags::mem_threadgroup);
    if (simdgroup == 0) {
        if (arguments.groups > 1) {
            drop_groups(choice, groupSums, arguments, lane);
        }
        choose_experts(scores, choice, expertIds + group.x * arguments.perToken,
            expertWeights + group.x * arguments.perToken, arguments, lane);
    }
}
