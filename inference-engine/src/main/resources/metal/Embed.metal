// out[t] = table[tokens[t]]

struct EmbedArguments {
    uint width;
    uint vocabulary;
};

kernel void embed(device const uint* codes [[buffer(0)]], device const half* scales [[buffer(1)]],
        device const uint* tokens [[buffer(2)]], device float* out [[buffer(3)]],
        constant EmbedArguments& arguments [[buffer(4)]], uint3 group [[threadgroup_position_in_grid]],
        uint index [[thread_index_in_threadgroup]], uint3 size [[threads_per_threadgroup]]) {
    uint threads = size.x;
    // An id outside the vocabulary must not read outside the table.
    uint token = min(tokens[group.x], arguments.vocabulary - 1);
    for (uint column = index * 8; column < arguments.width; column += threads * 8) {
        float values[8];
        load_eight(codes, scales, token, column, arguments.width, values);
        for (uint i = 0; i < 8 && column + i < arguments.width; i++) {
            out[group.x * arguments.width + column + i] = values[i];
        }
    }
}
