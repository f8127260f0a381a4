// Attention over the latent cache, a stretch of positions at a time with a running softmax; long contexts are split among
// threadgroups, whose results MlaAttention.metal puts together.

struct AttentionArguments {
    uint heads;
    uint nope;
    uint rope;
    uint latent;
    uint splits;
    float scale;
};

enum : uint {
    ATTENTION_SIMDGROUPS = 8,   // heads of one threadgroup
    ATTENTION_POSITIONS = 8,    // rows of the cache worked on at a time
    MAX_LATENT = 512,
    MAX_ROPE = 64,
    LATENT_PER_LANE = 16,
    ROPE_PER_LANE = 2
};

// Threadgroups (split, block of heads, token). With one split, `out` gets the result [T, H, l]; with more, each split's sum
// [T, H, splits, l], and `states` its softmax's maximum and denominator [T, H, splits, 2].
[[max_total_threads_per_threadgroup(256)]]
kernel void latent_attention(device const float* absorbed [[buffer(0)]], device const float* query [[buffer(1)]],
        device const uchar* cache [[buffer(2)]], device const uint* control [[buffer(3)]],
        device float* out [[buffer(4)]], device float* states [[buffer(5)]],
        constant CacheArguments& layout [[buffer(6)]], constant AttentionArguments& arguments [[buffer(7)]],
        uint3 group [[threadgroup_position_in_grid]], uint lane [[thread_index_in_simdgroup]],
        uint simdgroup [[simdgroup_index_in_threadgroup]], uint index [[thread_index_in_threadgroup]],
        uint3 size [[threads_per_threadgroup]]) {
    uint threads = size.x;
    threadgroup float rows[ATTENTION_POSITIONS * (MAX_LATENT + MAX_ROPE)];
    uint split = group.x;
    uint head = group.y * ATTENTION_SIMDGROUPS + simdgroup;
    uint token = group.z;
    bool active = head < arguments.heads;
    uint width = arguments.latent + arguments.rope;
    uint positions = min(control[CONTROL_POSITION] + token + 1, layout.capacity);
    uint share = (positions + arguments.splits - 1) / arguments.splits;
    share = (share + ATTENTION_POSITIONS - 1) / ATTENTION_POSITIONS * ATTENTION_POSITIONS;
    uint begin = split * share;
    uint end = min(positions, begin + share);
    ulong headIndex = ulong(token) * arguments.heads + min(head, arguments.heads - 1);

    float q[LATENT_PER_LANE + ROPE_PER_LANE];
    float sums[LATENT_PER_LANE];
    for (uint i = 0; i < LATENT_PER_LANE; i++) {
        uint column = lane + i * SIMD_WIDTH;
        q[i] = column < arguments.latent ? absorbed[headIndex * arguments.latent + column] * arguments.scale : 0.0f;
        sums[i] = 0.0f;
    }
    for (uint i = 0; i < ROPE_PER_LANE; i++) {
        uint column = lane + i * SIMD_WIDTH;
        q[LATENT_PER_LANE + i] = column < arguments.rope
            ? query[headIndex * (arguments.nope + arguments.rope) + arguments.nope + column] * arguments.scale : 0.0f;
    }
    float largest = -INFINITY;
    float denominator = 0.0f;
    for (uint first = begin; first < end; first += ATTENTION_POSITIONS) {
        uint count = min(uint(ATTENTION_POSITIONS), end - first);
        for (uint i = index; i < count * width; i += threads) {
            rows[i] = load_cached(cache + ulong(first + i / width) * layout.rowBytes, layout, i % width);
        }
        threadgroup_barrier(mem_flags::mem_threadgroup);
        float scores[ATTENTION_POSITIONS];
        float newLargest = largest;
        for (uint p = 0; p < ATTENTION_POSITIONS; p++) {
            float score = 0.0f;
            if (p < count) {
                for (uint i = 0; i < LATENT_PER_LANE; i++) {
                    uint column = lane + i * SIMD_WIDTH;
                    score += column < arguments.latent ? q[i] * rows[p * width + column] : 0.0f;
                }
                for (uint i = 0; i < ROPE_PER_LANE; i++) {
                    uint column = lane + i * SIMD_WIDTH;
                    score += column < arguments.rope
                        ? q[LATENT_PER_LANE + i] * rows[p * width + arguments.latent + column] : 0.0f;
                }
            }
            score = simd_sum(score);
            scores[p] = p < count ? score : -INFINITY;
            newLargest = max(newLargest, scores[p]);
        }
        float correction = precise::exp(largest - newLargest);
        largest = newLargest;
        denominator *= correction;
        for (uint i = 0; i < LATENT_PER_LANE; i++) {
            sums[i] *= correction;
        }
        for (uint p = 0; p < count; p++) {
            float weight = precise::exp(scores[p] - largest);
            denominator += weight;
            for (uint i = 0; i < LATENT_PER_LANE; i++) {
                uint column = lane + i * SIMD_WIDTH;
                sums[i] += column < arguments.latent ? weight * rows[p * width + column] : 0.0f;
            }
        }
        threadgroup_barrier(mem_flags::mem_threadgroup);
    }
    if (!active) {
        return;
    }
    ulong target = headIndex * arguments.splits + split;
    float factor = arguments.splits == 1 ? 1.0f / denominator : 1.0f;
    for (uint i = 0; i < LATENT_PER_LANE; i++) {
        uint column = lane + i * SIMD_WIDTH;
        if (column < arguments.latent) {
            out[target * arguments.latent + column] = sums[i] * factor;
        }
    }
    if (lane == 0 && arguments.splits > 1) {
        states[target * 2] = largest;
        states[target * 2 + 1] = denominator;
    }
}
