// Products of a matrix with many vectors (prefill), in tiles of 32 tokens x 64 rows, by 8x8 simdgroup matrices.

enum : uint {
    TILE_TOKENS = 32,
    TILE_ROWS = 64,
    TILE_COLUMNS = 32,
    // A few floats more than the tile is wide, so that the columns of a tile do not fall on one memory bank.
    WEIGHT_STRIDE = 68,
    INPUT_STRIDE = 36,
    OUTPUT_STRIDE = 68,
    // Floats of the threadgroup memory that multiply_tile works in.
    TILE_FLOATS = 32 * 68 + 32 * 36,
    TILE_THREADS = 128,
    NO_SOURCE = 0xffffffff
};

// Fills `tile` with the products of TILE_ROWS rows from `row` with TILE_TOKENS vectors: tile[token * OUTPUT_STRIDE + r].
// Vector number i begins at value source[i] * inStride of `in`, or is absent. TRANSPOSED: the matrix lies with its columns
// as rows of `rows` values, the first of them firstRow.
template <bool TRANSPOSED>
inline void multiply_tile(device const uint* codes, device const half* scales, device const float* in,
        threadgroup const uint* source, ulong firstRow, uint row, uint rows, uint columns, uint inStride,
        threadgroup float* tile,
        uint index, uint simdgroup) {
    threadgroup float* weights = tile;                              // [column][row]
    threadgroup float* inputs = tile + TILE_COLUMNS * WEIGHT_STRIDE;  // [token][column]
    simdgroup_float8x8 sums[8];
    for (uint i = 0; i < 8; i++) {
        sums[i] = make_filled_simdgroup_matrix<float, 8, 8>(0.0f);
    }
    uint tokenBlock = simdgroup / 2 * 16;
    uint rowBlock = simdgroup % 2 * 32;
    for (uint start = 0; start < columns; start += TILE_COLUMNS) {
        // Two threads share a row of weights (four a column), four a vector.
        for (uint part = 0; part < 2; part++) {
            uint weightRow = TRANSPOSED ? index % 4 * 16 + part * 8 : index / 2;
            uint column = TRANSPOSED ? index / 4 : index % 2 * 16 + part * 8;
            float values[8];
            if (row + weightRow >= rows || start + column >= columns) {
                for (uint i = 0; i < 8; i++) {
                    values[i] = 0.0f;
                }
            } else if (TRANSPOSED) {
                load_eight(codes, scales, firstRow + start + column, row + weightRow, rows, values);
            } else {
                load_eight(codes, scales, firstRow + row + weightRow, start + column, columns, values);
            }
            for (uint i = 0; i < 8; i++) {
                if (TRANSPOSED) {
                    weights[column * WEIGHT_STRIDE + weightRow + i] = values[i];
                } else {
                    weights[(column + i) * WEIGHT_STRIDE + weightRow] = values[i];
                }
            }
        }
        uint token = index / 4;
        uint from = source[token];
        for (uint i = 0; i < 8; i++) {
            uint column = index % 4 * 8 + i;
            bool present = from != NO_SOURCE && start + column < columns;
            inputs[token * INPUT_STRIDE + column] = present ? in[ulong(from) * inStride + start + column] : 0.0f;
        }
        threadgroup_barrier(mem_flags::mem_threadgroup);
        for (uint column = 0; column < TILE_COLUMNS; column += 8) {
            simdgroup_float8x8 a[2];
            simdgroup_float8x8 b[4];
            for (uint i = 0; i < 2; i++) {
                simdgroup_load(a[i], inputs + (tokenBlock + 8 * i) * INPUT_STRIDE + column, INPUT_STRIDE);
            }
            for (uint i = 0; i < 4; i++) {
                simdgroup_load(b[i], weights + column * WEIGHT_STRIDE + rowBlock + 8 * i, WEIGHT_STRIDE);
            }
            for (uint i = 0; i < 8; i++) {
                simdgroup_multiply_accumulate(sums[i], a[i / 4], b[i % 4], sums[i]);
            }
        }
        threadgroup_barrier(mem_flags::mem_threadgroup);
    }
    for (uint i = 0; i < 8; i++) {
        simdgroup_store(sums[i], tile + (tokenBlock + i / 4 * 8) * OUTPUT_STRIDE + rowBlock + i % 4 * 8, OUTPUT_STRIDE);
    }
    threadgroup_barrier(mem_flags::mem_threadgroup);
}
