// ids[row] = index of the largest logit, the lowest index among equals.

struct ArgMaxArguments {
    uint vocabulary;
    uint ringSize;     // SelectNext only
    uint advance;      // SelectNext only
};

// The whole threadgroup looks for the largest of a row; every thread gets its index.
inline uint largest_logit(device const float* logits, uint count, threadgroup float* values, threadgroup uint* places,
        uint index, uint threads, uint lane, uint simdgroup, uint simdgroups) {
    float best = -INFINITY;
    uint where = NO_EXPERT;
    for (uint i = index; i < count; i += threads) {
        if (logits[i] > best) {
            best = logits[i];
            where = i;
        }
    }
    float all = simd_max(best);
    uint first = simd_min(best == all ? where : uint(NO_EXPERT));
    if (lane == 0) {
        values[simdgroup] = all;
        places[simdgroup] = first;
    }
    threadgroup_barrier(mem_flags::mem_threadgroup);
    for (uint i = 0; i < simdgroups; i++) {
        if (i == 0 || values[i] > all || (values[i] == all && places[i] < first)) {
            all = values[i];
            first = places[i];
        }
    }
    // Nothing is larger than -infinity where all logits are, or are NaN.
    return min(first, count - 1);
}

[[max_total_threads_per_threadgroup(1024)]]
kernel void arg_max(device const float* logits [[buffer(0)]], device uint* ids [[buffer(1)]],
        constant ArgMaxArguments& arguments [[buffer(2)]], uint3 group [[threadgroup_position_in_grid]],
        uint index [[thread_index_in_threadgroup]], uint3 size [[threads_per_threadgroup]],
        uint lane [[thread_index_in_simdgroup]], uint simdgroup [[simdgroup_index_in_threadgroup]],
        uint simdgroups [[simdgroups_per_threadgroup]]) {
    uint threads = size.x;
    threadgroup float values[32];
    threadgroup uint places[32];
    uint best = largest_logit(logits + ulong(group.x) * arguments.vocabulary, arguments.vocabulary, values, places, index,
        threads, lane, simdgroup, simdgroups);
    if (index == 0) {
        ids[group.x] = best;
    }
}
