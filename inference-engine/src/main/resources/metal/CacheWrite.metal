// Stores the normed latent and the roped key of each token.

// One simdgroup for each token.
kernel void cache_write(device const float* latent [[buffer(0)]], device const float* keyValue [[buffer(1)]],
        device uchar* cache [[buffer(2)]], device const uint* control [[buffer(3)]],
        constant CacheArguments& layout [[buffer(4)]], uint3 group [[threadgroup_position_in_grid]],
        uint lane [[thread_index_in_simdgroup]]) {
    uint position = control[CONTROL_POSITION] + group.x;
    if (position >= layout.capacity) {
        return;
    }
    device uchar* row = cache + ulong(position) * layout.rowBytes;
    uint width = layout.latent + layout.rope;
    for (uint first = 0; first < layout.latent; first += CACHE_GROUP) {
        uint count = min(uint(CACHE_GROUP), layout.latent - first);
        float value = lane < count ? latent[group.x * layout.latent + first + lane] : 0.0f;
        store_group(row, layout, first, count, first / CACHE_GROUP, value, lane);
    }
    for (uint first = 0; first < layout.rope; first += CACHE_GROUP) {
        uint count = min(uint(CACHE_GROUP), layout.rope - first);
        float value = lane < count ? keyValue[group.x * width + layout.latent + first + lane] : 0.0f;
        store_group(row, layout, layout.latent + first, count, layout.latentScales + first / CACHE_GROUP, value, lane);
    }
}
