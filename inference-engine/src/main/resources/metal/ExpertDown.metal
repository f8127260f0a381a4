// inout[t] += sum over j of expertWeights[t, j] down_e in[t, j] + down_shared sharedIn[t]

struct ExpertDownArguments {
    uint rows;
    uint columns;        // of one expert
    uint sharedColumns;
    uint perToken;
    uint experts;
};

// Threadgroups (block of rows, token): a simdgroup adds up all experts of its rows, so nothing is combined afterwards.
// Compiled for TOKENS = 1.
kernel void expert_down(device const uint* codes [[buffer(0)]], device const half* scales [[buffer(1)]],
        device const uint* sharedCodes [[buffer(2)]], device const half* sharedScales [[buffer(3)]],
        device const float* in [[buffer(4)]], device const float* sharedIn [[buffer(5)]],
        device const uint* expertIds [[buffer(6)]], device const float* expertWeights [[buffer(7)]],
        device float* inout [[buffer(8)]], constant ExpertDownArguments& arguments [[buffer(9)]],
        uint3 group [[threadgroup_position_in_grid]], uint lane [[thread_index_in_simdgroup]],
        uint simdgroup [[simdgroup_index_in_threadgroup]], uint simdgroups [[simdgroups_per_threadgroup]]) {
    uint row = (group.x * simdgroups + simdgroup) * ROWS;
    if (row >= arguments.rows) {
        return;
    }
    uint token = group.y;
    float all[ROWS * MAX_TOKENS];
    float one[ROWS * MAX_TOKENS];
    float squares[MAX_TOKENS];
    clear(all, ROWS * MAX_TOKENS);
    device const float* shared = sharedIn + ulong(token) * arguments.sharedColumns;
    multiply_rows<false>(sharedCodes, sharedScales, shared, shared, 0, row, arguments.rows, arguments.sharedColumns, lane,
        all, squares);
    for (uint j = 0; j < arguments.perToken; j++) {
        uint choice = token * arguments.perToken + j;
        ulong firstRow = ulong(min(expertIds[choice], arguments.experts - 1)) * arguments.rows;
        float weight = expertWeights[choice];
        device const float* x = in + ulong(choice) * arguments.columns;
        clear(one, ROWS * MAX_TOKENS);
        multiply_rows<false>(codes, scales, x, x, firstRow, row, arguments.rows, arguments.columns, lane, one, squares);
        for (uint r = 0; r < ROWS; r++) {
            all[r * MAX_TOKENS] += weight * one[r * MAX_TOKENS];
        }
    }
    total_rows(all);
    for (uint r = 0; r < ROWS; r++) {
        if (lane == r && row + r < arguments.rows) {
            inout[ulong(token) * arguments.rows + row + r] += all[r * MAX_TOKENS];
        }
    }
}
