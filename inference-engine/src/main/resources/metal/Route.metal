// Chooses each token's experts: s = sigmoid(in router^T); the best k of s + bias, within the best groups; weights from s.

struct RouteArguments {
    uint experts;
    uint perToken;
    uint groups;
    uint keptGroups;
    uint normalized;
    uint columns;
    float scale;
    float epsilon;
};

enum : uint { MAX_EXPERTS = 512, ROUTE_SIMDGROUPS = 8, NO_EXPERT = 0xffffffff };

// The index of the largest of count values spread over threadgroup memory, the lowest among equals; in all lanes.
inline uint largest_of(threadgroup const float* values, uint count, uint lane) {
    float best = -INFINITY;
    uint where = NO_EXPERT;
    for (uint i = lane; i < count; i += SIMD_WIDTH) {
        if (values[i] > best) {
            best = values[i];
            where = i;
        }
    }
    float all = simd_max(best);
    uint first = simd_min(best == all ? where : uint(NO_EXPERT));
    return min(first, count - 1);
}

// Takes the experts outside the kept groups out of the choice. A group counts by the sum of its two best.
inline void drop_groups(threadgroup float* choice, threadgroup float* groupSums, constant RouteArguments& arguments,
        uint lane) {
    uint size = arguments.experts / arguments.groups;
    for (uint group = lane; group < arguments.groups; group += SIMD_WIDTH) {
        float first = -INFINITY;
        float second = -INFINITY;
        for (uint i = 0; i < size; i++) {
            float value = choice[group * size + i];
            second = value > first ? first : max(second, value);
            first = max(first, value);
        }
        groupSums[group] = size > 1 ? first + second : first;
    }
    simdgroup_barrier(mem_flags::mem_threadgroup);
    for (uint round = 0; round < arguments.keptGroups; round++) {
        uint best = largest_of(groupSums, arguments.groups, lane);
        simdgroup_barrier(mem_flags::mem_threadgroup);
        if (lane == 0) {
            // A kept group is marked, and out of the next rounds.
            groupSums[best] = -INFINITY;
            groupSums[arguments.groups + best] = 1.0f;
        }
        simdgroup_barrier(mem_flags::mem_threadgroup);
    }
    for (uint e = lane; e < arguments.experts; e += SIMD_WIDTH) {
        if (groupSums[arguments.groups + e / size] != 1.0f) {
            choice[e] = -INFINITY;
        }
    }
    simdgroup_barrier(mem_flags::mem_threadgroup);
}

// One simdgroup: from the scores to ids and weights.
inline void choose_experts(threadgroup const float* scores, threadgroup float* choice, device uint* ids,
        device float* weights, constant RouteArguments& arguments, uint lane) {
    float sum = 0.0f;
    float mine = 0.0f;
    for (uint j = 0; j < arguments.perToken; j++) {
        uint best = largest_of(choice, arguments.experts, lane);
        float score = scores[best];
        sum += score;
        mine = lane == j ? score : mine;
        simdgroup_barrier(mem_flags::mem_threadgroup);
        if (lane == 0) {
            choice[best] = -INFINITY;
            ids[j] = best;
        }
        simdgroup_barrier(mem_flags::mem_threadgroup);
    }
    if (lane < arguments.perToken) {
        weights[lane] = (arguments.normalized != 0 ? mine / (sum + 1e-20f) : mine) * arguments.scale;
    }
}

// One threadgroup for each token. Compiled for TOKENS = 1.
[[max_total_threads_per_threadgroup(256)]]
kernel void route(device const uint* router [[buffer(0)]], device const float* bias [[buffer(1)]],
        device const float* in [[buffer(2)]], device uint* expertIds [[buffer(3)]],
        device float* expertWeights [[buffer(4)]], constant RouteArguments& arguments [[buffer(5)]],
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
        multiply_rows<false>(router, (device const half*) router, x, x, 0, row, arguments.experts, arguments.columns, lane,
            sums, squares);
        total_rows(sums);
        for (uint r = 0; r < ROWS; r++) {
            if (lane == r && row + r < arguments.experts) {
                float score = 1.0f / (1.0f + precise::exp(-sums[r * MAX_TOKENS]));
                scores[row + r] = score;
                choice[row + r] = score + bias[row + r];
            }
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
