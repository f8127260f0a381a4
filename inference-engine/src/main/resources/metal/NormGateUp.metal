// normed = norm(in); out = silu(gate normed) * (up normed). For up to MAX_TOKENS tokens.

struct NormGateUpArguments {
    uint rows;
    uint columns;
    float epsilon;
};

kernel void norm_gate_up(device const uint* gateCodes [[buffer(0)]], device const half* gateScales [[buffer(1)]],
        device const uint* upCodes [[buffer(2)]], device const half* upScales [[buffer(3)]],
        device const float* in [[buffer(4)]], device const float* norm [[buffer(5)]],
        device float* normed [[buffer(6)]], device float* out [[buffer(7)]],
        constant NormGateUpArguments& arguments [[buffer(8)]], uint3 group [[threadgroup_position_in_grid]],
        uint lane [[thread_index_in_simdgroup]], uint simdgroup [[simdgroup_index_in_threadgroup]],
        uint simdgroups [[simdgroups_per_threadgroup]]) {
    uint block = group.x * simdgroups + simdgroup;
    uint row = block * ROWS;
    if (row >= arguments.rows) {
        return;
    }
    float gate[ROWS * MAX_TOKENS];
    float up[ROWS * MAX_TOKENS];
    float squares[MAX_TOKENS];
    float again[MAX_TOKENS];
    clear(gate, ROWS * MAX_TOKENS);
    clear(up, ROWS * MAX_TOKENS);
    clear(squares, MAX_TOKENS);
    clear(again, MAX_TOKENS);
    multiply_rows<true>(gateCodes, gateScales, in, norm, 0, row, arguments.rows, arguments.columns, lane, gate, squares);
    multiply_rows<true>(upCodes, upScales, in, norm, 0, row, arguments.rows, arguments.columns, lane, up, again);
    norm_factors(squares, arguments.columns, arguments.epsilon);
    total_rows(gate);
    total_rows(up);
    for (uint r = 0; r < ROWS; r++) {
        for (uint t = 0; t < TOKENS; t++) {
            uint i = r * MAX_TOKENS + t;
            gate[i] = silu(gate[i] * squares[t]) * (up[i] * squares[t]);
        }
    }
    store_rows(gate, out, row, arguments.rows, lane);
    if (block == 0) {
        store_normed(in, norm, squares, normed, arguments.columns, lane);
    }
}
