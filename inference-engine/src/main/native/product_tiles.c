// Products of MMFP4 weights with many inputs: prefill. Thirty-two rows of weights are decoded once into a tile with
// rows across the lanes, then used for every input, six inputs at a time, all sums in registers. The limit is
// arithmetic: byte dot products (or float multiply-adds when EXACT).
#include "marlin.h"

#if MARLIN_AVX512

enum { ROWS = 32, INPUTS = 6 };

EXPORT int64_t marlin_scratch_bytes(int64_t cols) {
    int64_t words = (cols + BLOCK - 1) / BLOCK * 16;
    // EXACT: 8 floats for each word of 32 rows. Integers: 8 bytes of each, and the scales.
    return words * ROWS * 8 * 4 + words * ROWS * 4 + 4096;
}

// a[i][j] -> a[j][i], 32-bit elements.
INLINE void transpose16(__m512i a[16]) {
    __m512i b[16];
    for (int i = 0; i < 16; i += 2) {
        b[i] = _mm512_unpacklo_epi32(a[i], a[i + 1]);
        b[i + 1] = _mm512_unpackhi_epi32(a[i], a[i + 1]);
    }
    for (int i = 0; i < 16; i += 4) {
        a[i] = _mm512_unpacklo_epi64(b[i], b[i + 2]);
        a[i + 1] = _mm512_unpackhi_epi64(b[i], b[i + 2]);
        a[i + 2] = _mm512_unpacklo_epi64(b[i + 1], b[i + 3]);
        a[i + 3] = _mm512_unpackhi_epi64(b[i + 1], b[i + 3]);
    }
    for (int i = 0; i < 4; i++) {
        b[i] = _mm512_shuffle_i32x4(a[i], a[i + 4], 0x88);
        b[i + 4] = _mm512_shuffle_i32x4(a[i], a[i + 4], 0xdd);
        b[i + 8] = _mm512_shuffle_i32x4(a[i + 8], a[i + 12], 0x88);
        b[i + 12] = _mm512_shuffle_i32x4(a[i + 8], a[i + 12], 0xdd);
    }
    for (int i = 0; i < 4; i++) {
        a[i] = _mm512_shuffle_i32x4(b[i], b[i + 8], 0x88);
        a[i + 8] = _mm512_shuffle_i32x4(b[i], b[i + 8], 0xdd);
        a[i + 4] = _mm512_shuffle_i32x4(b[i + 4], b[i + 12], 0x88);
        a[i + 12] = _mm512_shuffle_i32x4(b[i + 4], b[i + 12], 0xdd);
    }
}

// The scales of 16 rows, transposed and one per 32 columns: scale[g * ROWS + lane].
static void scale_tile(const Product *p, const int64_t rows[16], float *scale) {
    int64_t per_row = p->cols / p->group, groups = (p->cols + BLOCK - 1) / BLOCK * 4, repeat = p->group / GROUP;
    for (int64_t first = 0; first * repeat < groups; first += 16) {
        int64_t left = per_row - first;
        __mmask16 mask = left >= 16 ? 0xffff : left > 0 ? (1u << left) - 1 : 0;
        __m512i columns[16];
        for (int lane = 0; lane < 16; lane++) {
            const uint16_t *from = (const uint16_t *)p->scales + rows[lane] * per_row + first;
            columns[lane] = (__m512i)_mm512_cvtph_ps(_mm256_maskz_loadu_epi16(mask, from));
        }
        transpose16(columns);
        for (int64_t i = 0; i < 16; i++) {
            for (int64_t g = (first + i) * repeat; g < (first + i + 1) * repeat && g < groups; g++) {
                _mm512_storeu_si512(scale + g * ROWS, columns[i]);
            }
        }
    }
}

// The codes of 16 rows of one block: words[k] holds word k of every row.
INLINE void code_words(const Product *p, const int64_t rows[16], int64_t block, __m512i words[16]) {
    int64_t bytes = p->cols / 2 - 64 * block;
    __mmask64 mask = bytes >= 64 ? ~0ull : (1ull << bytes) - 1;
    for (int lane = 0; lane < 16; lane++) {
        const uint8_t *from = (const uint8_t *)p->codes + rows[lane] * (p->cols / 2) + 64 * block;
        words[lane] = _mm512_maskz_loadu_epi8(mask, from);
    }
    transpose16(words);
}

// tile[((word * 2) + odd) * 2 + half of the rows]: four biased weights of each of 16 rows.
static void integer_tile(const Product *p, const int64_t rows[ROWS], __m512i *tile, float *scale) {
    for (int half = 0; half < 2; half++) {
        scale_tile(p, rows + 16 * half, scale + 16 * half);
        for (int64_t b = 0; b * BLOCK < p->cols; b++) {
            __m512i words[16];
            code_words(p, rows + 16 * half, b, words);
            for (int k = 0; k < 16; k++) {
                __m512i *to = tile + (b * 16 + k) * 4 + half;
                to[0] = biased_even(words[k]);
                to[2] = biased_odd(words[k]);
            }
        }
    }
}

// tile[((block * 8 + j) * 16 + word) * 2 + half of the rows]: weight times scale, in the order of ExactBlock.
static void float_tile(const Product *p, const int64_t rows[ROWS], __m512 *tile, float *scale) {
    const __m512 table = _mm512_loadu_ps(E2M1);
    for (int half = 0; half < 2; half++) {
        scale_tile(p, rows + 16 * half, scale + 16 * half);
        for (int64_t b = 0; b * BLOCK < p->cols; b++) {
            __m512i words[16];
            code_words(p, rows + 16 * half, b, words);
            for (int k = 0; k < 16; k++) {
                __m512 factor = _mm512_loadu_ps(scale + (b * 4 + k / 4) * ROWS + 16 * half);
                for (int j = 0; j < 8; j++) {
                    __m512 value = _mm512_permutexvar_ps(_mm512_srli_epi32(words[k], 4 * j), table);
                    tile[((b * 8 + j) * 16 + k) * 2 + half] = _mm512_mul_ps(value, factor);
                }
            }
        }
    }
}

INLINE void emit_tile(const Product *p, int64_t i, int64_t row, __m512 sum[2]) {
    float factor = p->factors ? p->factors[i] : 1;
    for (int half = 0; half < 2; half++) {
        int64_t left = p->end_row - row - 16 * half;
        if (left <= 0) {
            return;
        }
        __mmask16 mask = left >= 16 ? 0xffff : (1u << left) - 1;
        float *to = output(p, i) + row + 16 * half;
        __m512 value = _mm512_mul_ps(sum[half], _mm512_set1_ps(factor));
        if (p->accumulate) {
            value = _mm512_add_ps(value, _mm512_maskz_loadu_ps(mask, to));
        }
        _mm512_mask_storeu_ps(to, mask, value);
    }
}

INLINE void integer_inputs(const Product *p, int64_t row, int64_t first, int count, int precision,
                           const __m512i *tile, const float *scale) {
    const int64_t step = precision == INT16 ? sizeof(Int16Block) : sizeof(Int8Block);
    const char *in[INPUTS];
    __m512 sums[INPUTS][2];
    for (int i = 0; i < count; i++) {
        in[i] = input(p, first + i);
        sums[i][0] = sums[i][1] = _mm512_setzero_ps();
    }
    int64_t groups = (p->cols + GROUP - 1) / GROUP;
    for (int64_t g = 0; g < groups; g++) {
        const __m512i *weights = tile + g * 16;
        const int64_t at = g / 4 * step;
        const int in_block = (int)(g % 4);
        __m512i dots[INPUTS][2];
        for (int i = 0; i < count; i++) {
            const Int8Block *block = (const Int8Block *)(in[i] + at);
            dots[i][0] = dots[i][1] = precision == INT16 ? _mm512_setzero_si512()
                : _mm512_set1_epi32(block->group_bias[in_block]);
        }
        for (int limb = 0; limb < (precision == INT16 ? 2 : 1); limb++) {
            const int64_t bytes = at + (limb ? offsetof(Int16Block, low) : 0) + 16 * in_block;
            if (limb) {
                for (int i = 0; i < count; i++) {
                    __m512i bias = _mm512_set1_epi32(((const Int8Block *)(in[i] + at))->group_bias[in_block]);
                    dots[i][0] = _mm512_add_epi32(_mm512_slli_epi32(dots[i][0], 7), bias);
                    dots[i][1] = _mm512_add_epi32(_mm512_slli_epi32(dots[i][1], 7), bias);
                }
            }
            for (int word = 0; word < 4; word++) {
                for (int odd = 0; odd < 2; odd++) {
                    __m512i low = weights[word * 4 + odd * 2], high = weights[word * 4 + odd * 2 + 1];
                    for (int i = 0; i < count; i++) {
                        int32_t four;
                        memcpy(&four, in[i] + bytes + 64 * odd + 4 * word, 4);
                        __m512i q = _mm512_set1_epi32(four);
                        dots[i][0] = _mm512_dpbusd_epi32(dots[i][0], low, q);
                        dots[i][1] = _mm512_dpbusd_epi32(dots[i][1], high, q);
                    }
                }
            }
        }
        __m512 low = _mm512_loadu_ps(scale + g * ROWS), high = _mm512_loadu_ps(scale + g * ROWS + 16);
        for (int i = 0; i < count; i++) {
            __m512 factor = _mm512_set1_ps(((const Int8Block *)(in[i] + at))->scale[4 * in_block]);
            sums[i][0] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(dots[i][0]), _mm512_mul_ps(low, factor), sums[i][0]);
            sums[i][1] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(dots[i][1]), _mm512_mul_ps(high, factor), sums[i][1]);
        }
    }
    for (int i = 0; i < count; i++) {
        emit_tile(p, first + i, row, sums[i]);
    }
}

INLINE void exact_inputs(const Product *p, int64_t row, int64_t first, int count, const __m512 *tile) {
    const float *in[INPUTS];
    __m512 sums[INPUTS][2];
    for (int i = 0; i < count; i++) {
        in[i] = (const float *)input(p, first + i);
        sums[i][0] = sums[i][1] = _mm512_setzero_ps();
    }
    int64_t columns = (p->cols + BLOCK - 1) / BLOCK * BLOCK;
    for (int64_t c = 0; c < columns; c++) {
        for (int i = 0; i < count; i++) {
            __m512 x = _mm512_set1_ps(in[i][c]);
            sums[i][0] = _mm512_fmadd_ps(tile[2 * c], x, sums[i][0]);
            sums[i][1] = _mm512_fmadd_ps(tile[2 * c + 1], x, sums[i][1]);
        }
    }
    for (int i = 0; i < count; i++) {
        emit_tile(p, first + i, row, sums[i]);
    }
}

INLINE void inputs(const Product *p, int64_t row, int64_t first, int count, int precision, const void *tile,
                   const float *scale) {
    if (precision == EXACT) {
        exact_inputs(p, row, first, count, tile);
    } else {
        integer_inputs(p, row, first, count, precision, tile, scale);
    }
}

// Constant counts keep all sums in registers.
INLINE void all_inputs(const Product *p, int64_t row, int precision, const void *tile, const float *scale) {
    int64_t i = 0;
    for (; i + INPUTS <= p->n; i += INPUTS) {
        inputs(p, row, i, INPUTS, precision, tile, scale);
    }
    switch (p->n - i) {
        case 5: inputs(p, row, i, 5, precision, tile, scale); break;
        case 4: inputs(p, row, i, 4, precision, tile, scale); break;
        case 3: inputs(p, row, i, 3, precision, tile, scale); break;
        case 2: inputs(p, row, i, 2, precision, tile, scale); break;
        case 1: inputs(p, row, i, 1, precision, tile, scale); break;
        default: break;
    }
}

void marlin_mmfp4_tiles(const Product *p) {
    int64_t words = (p->cols + BLOCK - 1) / BLOCK * 16;
    float *scale = (float *)p->scratch;
    void *tile = p->scratch + (words * ROWS + 63) / 64 * 64;
    for (int64_t row = p->first_row; row < p->end_row; row += ROWS) {
        int64_t rows[ROWS];
        for (int i = 0; i < ROWS; i++) {
            rows[i] = row + i < p->end_row ? row + i : p->end_row - 1;
        }
        if (p->precision == EXACT) {
            float_tile(p, rows, tile, scale);
            all_inputs(p, row, EXACT, tile, scale);
        } else {
            integer_tile(p, rows, tile, scale);
            if (p->precision == INT16) {
                all_inputs(p, row, INT16, tile, scale);
            } else {
                all_inputs(p, row, INT8, tile, scale);
            }
        }
    }
}

#else

EXPORT int64_t marlin_scratch_bytes(int64_t cols) {
    (void)cols;
    return 64;
}

void marlin_mmfp4_tiles(const Product *p) {
    marlin_mmfp4_rows(p);
}

#endif
