// out[t] = in[t] / sqrt(mean(in[t]^2) + epsilon) * weight

struct RmsNormArguments {
    uint width;
    uint inFirst;
    uint inStride;
    uint outStride;
    uint outOffset;
    float epsilon;
};

kernel void rms_norm(device const float* in [[buffer(0)]], device const float* weight [[buffer(1)]],
        device float* out [[buffer(2)]], constant RmsNormArguments& arguments [[buffer(3)]],
        uint3 group [[threadgroup_position_in_grid]], uint index [[thread_index_in_threadgroup]],
        uint3 size [[threads_per_threadgroup]], uint lane [[thread_index_in_simdgroup]],
        uint simdgroup [[simdgroup_index_in_threadgroup]], uint simdgroups [[simdgroups_per_threadgroup]]) {
    uint threads = size.x;
    threadgroup float shares[32];
    device const float* row = in + arguments.inFirst + ulong(group.x) * arguments.inStride;
    float square = 0.0f;
    for (uint column = index; column < arguments.width; column += threads) {
        square += row[column] * row[column];
    }
    square = simd_sum(square);
    if (lane == 0) {
        shares[simdgroup] = square;
    }
    threadgroup_barrier(mem_flags::mem_threadgroup);
    float sum = 0.0f;
    for (uint i = 0; i < simdgroups; i++) {
        sum += shares[i];
    }
    float factor = 1.0f / precise::sqrt(sum / float(arguments.width) + arguments.epsilon);
    device float* target = out + ulong(group.x) * arguments.outStride + arguments.outOffset;
    for (uint column = index; column < arguments.width; column += threads) {
        target[column] = row[column] * factor * weight[column];
    }
}
