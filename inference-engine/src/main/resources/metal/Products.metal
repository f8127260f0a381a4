// Products of a matrix with one to MAX_TOKENS vectors, the work of a decode step.

// Adds this lane's share of matrix[row + r] . in[t] to sums[r * MAX_TOKENS + t], and with a norm the share of in[t] . in[t]
// to squares[t]; the norm's weights multiply the input on the way. Rows beyond the last repeat it.
// `in` may point to device or threadgroup memory; its rows are `columns` apart.
template <bool NORM, typename Input>
inline void multiply_rows(device const uint* codes, device const half* scales, Input in, device const float* norm,
        ulong firstRow, uint row, uint rows, uint columns, uint lane, thread float* sums, thread float* squares) {
    if (WEIGHT_FORMAT == WEIGHT_MMFP4) {
        uint words = columns / 32;
        uint groups = columns / GROUP_SIZE;
        for (uint block = lane; block < words; block += SIMD_WIDTH) {
            uint4 code[ROWS];
            float scale[ROWS];
            for (uint r = 0; r < ROWS; r++) {
                ulong index = firstRow + min(row + r, rows - 1);
                code[r] = ((device const uint4*) codes)[index * words + block];
                scale[r] = float(scales[index * groups + block * 32 / GROUP_SIZE]) * CODE_SCALE;
            }
            for (uint t = 0; t < TOKENS; t++) {
                float x[32];
                for (uint i = 0; i < 32; i++) {
                    x[i] = in[t * columns + block * 32 + i];
                }
                if (NORM) {
                    float square = 0.0f;
                    for (uint i = 0; i < 32; i++) {
                        square += x[i] * x[i];
                        x[i] *= norm[block * 32 + i];
                    }
                    squares[t] += square;
                }
                for (uint r = 0; r < ROWS; r++) {
                    float w[32];
                    decode_word(code[r].x, w);
                    decode_word(code[r].y, w + 8);
                    decode_word(code[r].z, w + 16);
                    decode_word(code[r].w, w + 24);
                    float sum = 0.0f;
                    for (uint i = 0; i < 32; i++) {
                        sum += w[i] * x[i];
                    }
                    sums[r * MAX_TOKENS + t] += scale[r] * sum;
                }
            }
        }
    } else {
        for (uint column = lane; column < columns; column += SIMD_WIDTH) {
            float w[ROWS];
            for (uint r = 0; r < ROWS; r++) {
                w[r] = load_element(codes, (firstRow + min(row + r, rows - 1)) * columns + column);
            }
            for (uint t = 0; t < TOKENS; t++) {
                float x = in[t * columns + column];
                if (NORM) {
                    squares[t] += x * x;
                    x *= norm[column];
                }
                for (uint r = 0; r < ROWS; r++) {
                    sums[r * MAX_TOKENS + t] += w[r] * x;
                }
            }
        }
    }
}

inline void clear(thread float* values, uint count) {
    for (uint i = 0; i < count; i++) {
        values[i] = 0.0f;
    }
}

// Puts the lanes' shares together.
inline void total(thread float* values, uint count) {
    for (uint i = 0; i < count; i++) {
        values[i] = simd_sum(values[i]);
    }
}

inline void total_rows(thread float* sums) {
    for (uint r = 0; r < ROWS; r++) {
        for (uint t = 0; t < TOKENS; t++) {
            sums[r * MAX_TOKENS + t] = simd_sum(sums[r * MAX_TOKENS + t]);
        }
    }
}

// Writes rows x tokens sums, each by one lane.
inline void store_rows(thread const float* sums, device float* out, uint row, uint rows, uint lane) {
    for (uint r = 0; r < ROWS; r++) {
        for (uint t = 0; t < TOKENS; t++) {
            if (lane == r * MAX_TOKENS + t && row + r < rows) {
                out[t * rows + row + r] = sums[r * MAX_TOKENS + t];
            }
        }
    }
}

// Turns the sums of squares into what a norm multiplies by.
inline void norm_factors(thread float* squares, uint columns, float epsilon) {
    for (uint t = 0; t < TOKENS; t++) {
        squares[t] = 1.0f / precise::sqrt(simd_sum(squares[t]) / float(columns) + epsilon);
    }
}

// The normed input itself, for those who need it later.
inline void store_normed(device const float* in, device const float* norm, thread const float* factors,
        device float* normed, uint columns, uint lane) {
    for (uint t = 0; t < TOKENS; t++) {
        for (uint column = lane; column < columns; column += SIMD_WIDTH) {
            normed[t * columns + column] = in[t * columns + column] * factors[t] * norm[column];
        }
    }
}
