// out[t, j] = silu(gate_e x) * (up_e x), x = in[t], e = expertIds[t, j]; and the same of the shared experts. The experts are
// read from the device: the host never learns which were chosen.

struct ExpertGateUpArguments {
    uint rows;          // of one expert
    uint sharedRows;
    uint columns;
    uint perToken;
    uint experts;
};

// Threadgroups (block of rows, token, choice); the choice after the last is the shared experts. Compiled for TOKENS = 1.
kernel void expert_gate_up(device const uint* gateCodes [[buffer(0)]], device const half* gateScales [[buffer(1)]],
        device const uint* upCodes [[buffer(2)]], device const half* upScales [[buffer(3)]],
        device const uint* sharedGateCodes [[buffer(4)]], device const half* sharedGateScales [[buffer(5)]],
        device const uint* sharedUpCodes [[buffer(6)]], device const half* sharedUpScales [[buffer(7)]],
        device const float* in [[buffer(8)]], device const uint* expertIds [[buffer(9)]],
        device float* out [[buffer(10)]], device float* sharedOut [[buffer(11)]],
        constant ExpertGateUpArguments& arguments [[buffer(12)]], uint3 group [[threadgroup_position_in_grid]],
        uint lane [[thread_index_in_simdgroup]], uint simdgroup [[simdgroup_index_in_threadgroup]],
        uint simdgroups [[simdgroups_per_threadgroup]]) {
    bool shared = group.z == arguments.perToken;
    uint rows = shared ? arguments.sharedRows : arguments.rows;
    uint row = (group.x * simdgroups + simdgroup) * ROWS;
    if (row >= rows) {
        return;
    }
    uint choice = group.y * arguments.perToken + group.z;
    ulong firstRow = 0;
    if (!shared) {
        firstRow = ulong(min(expertIds[choice], arguments.experts - 1)) * rows;
    }
    device const float* x = in + ulong(group.y) * arguments.columns;
    float gate[ROWS * MAX_TOKENS];
    float up[ROWS * MAX_TOKENS];
    float squares[MAX_TOKENS];
    clear(gate, ROWS * MAX_TOKENS);
    clear(up, ROWS * MAX_TOKENS);
    multiply_rows<false>(shared ? sharedGateCodes : gateCodes, shared ? sharedGateScales : gateScales, x, x, firstRow, row,
        rows, arguments.columns, lane, gate, squares);
    multiply_rows<false>(shared ? sharedUpCodes : upCodes, shared ? sharedUpScales : upScales, x, x, firstRow, row, rows,
        arguments.columns, lane, up, squares);
    total_rows(gate);
    total_rows(up);
    for (uint r = 0; r < ROWS; r++) {
        gate[r * MAX_TOKENS] = silu(gate[r * MAX_TOKENS]) * up[r * MAX_TOKENS];
    }
    if (shared) {
        store_rows(gate, sharedOut + ulong(group.y) * rows, row, rows, lane);
    } else {
        store_rows(gate, out + ulong(choice) * rows, row, rows, lane);
    }
}
