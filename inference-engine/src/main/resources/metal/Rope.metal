// Rotates, in place, the rotary part of each head by the angles of its position.

struct RopeArguments {
    uint heads;
    uint headStride;
    uint offset;
    uint width;
    uint interleaved;
};

// One simdgroup for each head of each token; the part is read whole before any of it is written.
kernel void rope(device float* inout [[buffer(0)]], device const float* frequencies [[buffer(1)]],
        device const uint* control [[buffer(2)]], constant RopeArguments& arguments [[buffer(3)]],
        uint3 group [[threadgroup_position_in_grid]], uint lane [[thread_index_in_simdgroup]]) {
    device float* part = inout + ulong(group.y * arguments.heads + group.x) * arguments.headStride + arguments.offset;
    uint position = control[CONTROL_POSITION] + group.y;
    for (uint pair = lane; pair < arguments.width / 2; pair += SIMD_WIDTH) {
        uint first = arguments.interleaved != 0 ? 2 * pair : pair;
        uint second = arguments.interleaved != 0 ? first + 1 : pair + arguments.width / 2;
        float x = rotated(part, first, arguments.width, arguments.interleaved != 0, frequencies, position);
        float y = rotated(part, second, arguments.width, arguments.interleaved != 0, frequencies, position);
        part[first] = x;
        part[second] = y;
    }
}
