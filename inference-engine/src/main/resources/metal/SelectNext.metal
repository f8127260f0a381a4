// ArgMax of one row, and the bookkeeping of a greedy step: the id goes to the next step's input and into the ring that the
// host reads; the position moves on. All of it stays on the device.

[[max_total_threads_per_threadgroup(1024)]]
kernel void select_next(device const float* logits [[buffer(0)]], device uint* control [[buffer(1)]],
        device uint* tokens [[buffer(2)]], device uint* ring [[buffer(3)]],
        constant ArgMaxArguments& arguments [[buffer(4)]], uint index [[thread_index_in_threadgroup]],
        uint threads [[threads_per_threadgroup]], uint lane [[thread_index_in_simdgroup]],
        uint simdgroup [[simdgroup_index_in_threadgroup]], uint simdgroups [[simdgroups_per_threadgroup]]) {
    threadgroup float values[32];
    threadgroup uint places[32];
    uint best = largest_logit(logits, arguments.vocabulary, values, places, index, threads, lane, simdgroup, simdgroups);
    if (index == 0) {
        uint chosen = control[CONTROL_CHOSEN];
        tokens[0] = best;
        ring[chosen % arguments.ringSize] = best;
        control[CONTROL_CHOSEN] = chosen + 1;
        control[CONTROL_POSITION] += arguments.advance;
    }
}
