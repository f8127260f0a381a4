// inout[t] += matrix in[t], for up to MAX_TOKENS tokens; more go through linear_tiled.

kernel void linear_residual(device const uint* codes [[buffer(0)]], device const half* scales [[buffer(1)]],
        device const float* in [[buffer(2)]], device float* inout [[buffer(3)]],
        constant LinearArguments& arguments [[buffer(4)]], uint3 group [[threadgroup_position_in_grid]],
        uint lane [[thread_index_in_simdgroup]], uint simdgroup [[simdgroup_index_in_threadgroup]],
        uint simdgroups [[simdgroups_per_threadgroup]]) {
    uint row = (group.x * simdgroups + simdgroup) * ROWS;
    if (row >= arguments.rows) {
        return;
    }
    float sums[ROWS * MAX_TOKENS];
    float squares[MAX_TOKENS];
    clear(sums, ROWS * MAX_TOKENS);
    multiply_rows<false>(codes, scales, in + arguments.inFirst, in, 0, row, arguments.rows, arguments.columns, lane, sums,
        squares);
    total_rows(sums);
    for (uint r = 0; r < ROWS; r++) {
        for (uint t = 0; t < TOKENS; t++) {
            if (lane == r * MAX_TOKENS + t && row + r < arguments.rows) {
                inout[t * arguments.rows + row + r] += sums[r * MAX_TOKENS + t];
            }
        }
    }
}
