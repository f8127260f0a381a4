// Products row by row: each row's weights are read once, in the order they lie in memory, for a few inputs. This is
// decode, where memory bandwidth is the limit, and the fallback of prefill where there is no tile kernel.
#include "marlin.h"

// AHEAD: how far before its use a row's code is fetched. The hardware's own prefetch stops at every page of 4 KB;
// this carries it over (measured: 38 to 46 GB/s on two cores).
enum { AT_ONCE = 4, AHEAD = 4096 };

// What a block contributes to lane sums, for input block `in`.
INLINE v16f block_product(const uint8_t *codes, const char *in, int precision, v16f scales) {
    if (precision == EXACT) {
        return scales * block_dot_floats(codes, ((const ExactBlock *)in)->x);
    }
    const Int8Block *block = (const Int8Block *)in;
    v16i bias;
    memcpy(&bias, block->bias, sizeof bias);
    v16i sum;
    if (precision == INT16) {
        sum = block_dot(codes, block->high, (v16i){0});
        sum = block_dot(codes, ((const Int16Block *)in)->low, (sum << 7) + bias);
    } else {
        sum = block_dot(codes, block->high, bias);
    }
    return floats16(sum) * (scales * load16(block->scale));
}

INLINE void mmfp4_row(const Product *p, int64_t row, int64_t first, int count, int precision, int group) {
    const int64_t step = precision == EXACT ? sizeof(ExactBlock)
        : precision == INT16 ? sizeof(Int16Block) : sizeof(Int8Block);
    const uint8_t *codes = (const uint8_t *)p->codes + row * (p->cols / 2);
    const uint16_t *scales = (const uint16_t *)p->scales + row * (p->cols / group);
    const char *in[AT_ONCE];
    v16f sums[AT_ONCE];
    for (int i = 0; i < count; i++) {
        in[i] = input(p, first + i);
        sums[i] = zero16();
    }
    int64_t whole = p->cols / BLOCK;
    for (int64_t b = 0; b < whole; b++) {
        v16f scale = block_scales(scales + b * (BLOCK / group), group);
        __builtin_prefetch(codes + 64 * b + AHEAD);
        for (int i = 0; i < count; i++) {
            sums[i] += block_product(codes + 64 * b, in[i] + b * step, precision, scale);
        }
    }
    int64_t rest = p->cols % BLOCK;
    if (rest) {
        uint8_t last_codes[64] = {0};
        uint16_t last_scales[BLOCK / 32] = {0};
        memcpy(last_codes, codes + 64 * whole, rest / 2);
        memcpy(last_scales, scales + whole * (BLOCK / group), rest / group * 2);
        v16f scale = block_scales(last_scales, group);
        for (int i = 0; i < count; i++) {
            sums[i] += block_product(last_codes, in[i] + whole * step, precision, scale);
        }
    }
    for (int i = 0; i < count; i++) {
        emit(p, first + i, row, sum16(sums[i]));
    }
}

INLINE void mmfp4_all(const Product *p, int precision, int group) {
    for (int64_t row = p->first_row; row < p->end_row; row++) {
        int64_t i = 0;
        for (; i + AT_ONCE <= p->n; i += AT_ONCE) {
            mmfp4_row(p, row, i, AT_ONCE, precision, group);
        }
        switch (p->n - i) {
            case 3: mmfp4_row(p, row, i, 3, precision, group); break;
            case 2: mmfp4_row(p, row, i, 2, precision, group); break;
            case 1: mmfp4_row(p, row, i, 1, precision, group); break;
        }
    }
}

// The constants let the compiler drop what a combination does not need.
#define FOR_GROUP(group) \
    switch (p->precision) { \
        case EXACT: mmfp4_all(p, EXACT, group); break; \
        case INT16: mmfp4_all(p, INT16, group); break; \
        default: mmfp4_all(p, INT8, group); break; \
    }

void marlin_mmfp4_rows(const Product *p) {
    if (p->group == 32) {
        FOR_GROUP(32)
    } else if (p->group == 64) {
        FOR_GROUP(64)
    } else {
        FOR_GROUP(128)
    }
}

INLINE v16f elements16(const char *row, int64_t col, int dtype) {
    return dtype == F32 ? load16((const float *)(row + 4 * col))
        : dtype == F16 ? halves16(row + 2 * col) : bfloats16(row + 2 * col);
}

INLINE float element(const char *row, int64_t col, int dtype) {
    float f;
    if (dtype == F32) {
        memcpy(&f, row + 4 * col, 4);
        return f;
    }
    uint16_t h;
    memcpy(&h, row + 2 * col, 2);
    if (dtype == F16) {
        return half_to_float(h);
    }
    uint32_t bits = (uint32_t)h << 16;
    memcpy(&f, &bits, 4);
    return f;
}

INLINE void float_row(const Product *p, int64_t row, int64_t first, int count, int dtype) {
    const char *weights = (const char *)p->codes + row * p->cols * (dtype == F32 ? 4 : 2);
    v16f sums[2][AT_ONCE];
    float rest[AT_ONCE];
    const float *in[AT_ONCE];
    for (int i = 0; i < count; i++) {
        in[i] = (const float *)input(p, first + i);
        sums[0][i] = sums[1][i] = zero16();
        rest[i] = 0;
    }
    int64_t col = 0;
    for (; col + 32 <= p->cols; col += 32) {
        for (int half = 0; half < 2; half++) {
            v16f w = elements16(weights, col + 16 * half, dtype);
            for (int i = 0; i < count; i++) {
                sums[half][i] = fma16(w, load16(in[i] + col + 16 * half), sums[half][i]);
            }
        }
    }
    for (; col < p->cols; col++) {
        for (int i = 0; i < count; i++) {
            rest[i] += element(weights, col, dtype) * in[i][col];
        }
    }
    for (int i = 0; i < count; i++) {
        emit(p, first + i, row, sum16(sums[0][i] + sums[1][i]) + rest[i]);
    }
}

INLINE void float_all(const Product *p, int dtype) {
    for (int64_t row = p->first_row; row < p->end_row; row++) {
        int64_t i = 0;
        for (; i + AT_ONCE <= p->n; i += AT_ONCE) {
            float_row(p, row, i, AT_ONCE, dtype);
        }
        switch (p->n - i) {
            case 3: float_row(p, row, i, 3, dtype); break;
            case 2: float_row(p, row, i, 2, dtype); break;
            case 1: float_row(p, row, i, 1, dtype); break;
        }
    }
}

void marlin_float_rows(const Product *p) {
    switch (p->dtype) {
        case F32: float_all(p, F32); break;
        case F16: float_all(p, F16); break;
        default: float_all(p, BF16); break;
    }
}

// x[0 .. cols) as float32, from a row of a float matrix or of an MMFP4 one.
EXPORT void marlin_widen_row(int32_t dtype, const void *codes, const void *scales, int64_t cols, int64_t group,
                             int64_t row, float *out) {
    if (dtype == MMFP4) {
        const uint8_t *c = (const uint8_t *)codes + row * (cols / 2);
        const uint16_t *s = (const uint16_t *)scales + row * (cols / group);
        for (int64_t i = 0; i < cols; i++) {
            out[i] = E2M1[c[i / 2] >> (4 * (i & 1)) & 15] * half_to_float(s[i / group]);
        }
        return;
    }
    const char *from = (const char *)codes + row * cols * (dtype == F32 ? 4 : 2);
    for (int64_t i = 0; i < cols; i++) {
        out[i] = element(from, i, dtype);
    }
}

EXPORT void marlin_product(int32_t dtype, int32_t precision, const void *codes, const void *scales, int64_t cols,
                           int64_t group, int64_t first_row, int64_t end_row, const void *in, int64_t in_stride,
                           const int32_t *in_rows, int64_t n, float *out, int64_t out_stride,
                           const int32_t *out_rows, const float *factors, int32_t accumulate, void *scratch) {
    Product p = {dtype, precision, codes, scales, cols, group, first_row, end_row, in, in_stride, in_rows, n, out,
                 out_stride, out_rows, factors, accumulate, scratch};
    if (dtype != MMFP4) {
        marlin_float_rows(&p);
    } else if (n <= AT_ONCE) {
        marlin_mmfp4_rows(&p);
    } else {
        marlin_mmfp4_tiles(&p);
    }
}
