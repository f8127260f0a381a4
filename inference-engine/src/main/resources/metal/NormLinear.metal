// normed = norm(in); firstOut = first normed; secondOut = second normed. For up to MAX_TOKENS tokens.
//
// Every simdgroup works out the norm's factor for itself, in the pass that multiplies: the factor is common to all columns,
// so it can be applied at the end. No barrier, no second pass over the input.

struct NormLinearArguments {
    uint firstRows;
    uint secondRows;   // 0: there is no second matrix
    uint columns;
    uint inFirst;
    float epsilon;
};

kernel void norm_linear(device const uint* firstCodes [[buffer(0)]], device const half* firstScales [[buffer(1)]],
        device const uint* secondCodes [[buffer(2)]], device const half* secondScales [[buffer(3)]],
        device const float* in [[buffer(4)]], device const float* norm [[buffer(5)]],
        device float* normed [[buffer(6)]], device float* firstOut [[buffer(7)]], device float* secondOut [[buffer(8)]],
        constant NormLinearArguments& arguments [[buffer(9)]], uint3 group [[threadgroup_position_in_grid]],
        uint lane [[thread_index_in_simdgroup]], uint simdgroup [[simdgroup_index_in_threadgroup]],
        uint simdgroups [[simdgroups_per_threadgroup]]) {
    uint block = group.x * simdgroups + simdgroup;
    uint firstBlocks = (arguments.firstRows + ROWS - 1) / ROWS;
    bool isFirst = block < firstBlocks;
    uint row = (isFirst ? block : block - firstBlocks) * ROWS;
    uint rows = isFirst ? arguments.firstRows : arguments.secondRows;
    if (row >= rows) {
        return;
    }
    float sums[ROWS * MAX_TOKENS];
    float squares[MAX_TOKENS];
    clear(sums, ROWS * MAX_TOKENS);
    clear(squares, MAX_TOKENS);
    device const float* input = in + arguments.inFirst;
    multiply_rows<true>(isFirst ? firstCodes : secondCodes, isFirst ? firstScales : secondScales, input, norm, 0, row, rows,
        arguments.columns, lane, sums, squares);
    norm_factors(squares, arguments.columns, arguments.epsilon);
    total_rows(sums);
    for (uint r = 0; r < ROWS; r++) {
        for (uint t = 0; t < TOKENS; t++) {
            sums[r * MAX_TOKENS + t] *= squares[t];
        }
    }
    if (isFirst) {
        store_rows(sums, firstOut, row, rows, lane);
    } else {
        store_rows(sums, secondOut, row, rows, lane);
    }
    if (block == 0) {
        store_normed(input, norm, squares, normed, arguments.columns, lane);
    }
}
