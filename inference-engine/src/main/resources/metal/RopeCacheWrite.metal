// Rotates the query in place; norms the latent, rotates the key and stores both in the cache.

struct RopeCacheWriteArguments {
    uint heads;
    uint queryWidth;
    uint nope;
    uint interleaved;
    float epsilon;
};

// Threadgroups (head, token) rotate a head's query; the one after the last head fills the cache. One simdgroup each.
kernel void rope_cache_write(device float* query [[buffer(0)]], device const float* keyValue [[buffer(1)]],
        device const float* latentNorm [[buffer(2)]], device const float* frequencies [[buffer(3)]],
        device uchar* cache [[buffer(4)]], device const uint* control [[buffer(5)]],
        constant CacheArguments& layout [[buffer(6)]], constant RopeCacheWriteArguments& arguments [[buffer(7)]],
        uint3 group [[threadgroup_position_in_grid]], uint lane [[thread_index_in_simdgroup]]) {
    uint token = group.y;
    uint position = control[CONTROL_POSITION] + token;
    bool interleaved = arguments.interleaved != 0;
    if (group.x < arguments.heads) {
        device float* part = query + ulong(token * arguments.heads + group.x) * arguments.queryWidth + arguments.nope;
        for (uint pair = lane; pair < layout.rope / 2; pair += SIMD_WIDTH) {
            uint first = interleaved ? 2 * pair : pair;
            uint second = interleaved ? first + 1 : pair + layout.rope / 2;
            float x = rotated(part, first, layout.rope, interleaved, frequencies, position);
            float y = rotated(part, second, layout.rope, interleaved, frequencies, position);
            part[first] = x;
            part[second] = y;
        }
        return;
    }
    if (position >= layout.capacity) {
        return;
    }
    device const float* values = keyValue + ulong(token) * (layout.latent + layout.rope);
    float square = 0.0f;
    for (uint column = lane; column < layout.latent; column += SIMD_WIDTH) {
        square += values[column] * values[column];
    }
    float factor = 1.0f / precise::sqrt(simd_sum(square) / float(layout.latent) + arguments.epsilon);
    device uchar* row = cache + ulong(position) * layout.rowBytes;
    for (uint first = 0; first < layout.latent; first += CACHE_GROUP) {
        uint count = min(uint(CACHE_GROUP), layout.latent - first);
        float value = lane < count ? values[first + lane] * factor * latentNorm[first + lane] : 0.0f;
        store_group(row, layout, first, count, first / CACHE_GROUP, value, lane);
    }
    device const float* key = values + layout.latent;
    for (uint first = 0; first < layout.rope; first += CACHE_GROUP) {
        uint count = min(uint(CACHE_GROUP), layout.rope - first);
        float value = lane < count ? rotated(key, first + lane, layout.rope, interleaved, frequencies, position) : 0.0f;
        store_group(row, layout, layout.latent + first, count, layout.latentScales + first / CACHE_GROUP, value, lane);
    }
}
