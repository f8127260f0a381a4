// What the kernel sources share: the layouts of packed activations and the element types, as numbered by
// NativeKernels.java.
#ifndef MARLIN_H
#define MARLIN_H

#include "marlin_simd.h"

enum { BLOCK = 128, GROUP = 32 };

// How activations enter a product with MMFP4 weights.
enum Precision {
    EXACT = 0, // float32
    INT16 = 1, // 15 bits and a scale per 32 columns, as two int8 limbs
    INT8 = 2   // 8 bits and a scale per 32 columns
};

enum DType { F32 = 0, F16 = 1, BF16 = 2, MMFP4 = 3 };

// Bytes from one row's elements or codes to the next.
INLINE int64_t matrix_row_bytes(int32_t dtype, int64_t cols) {
    return dtype == MMFP4 ? cols / 2 : dtype == F32 ? cols * 4 : cols * 2;
}

// Column 8 l + j of the block at x[16 j + l].
typedef struct { float x[BLOCK]; } ExactBlock;

// Columns 0, 2, 4, .. of the block, then 1, 3, 5, ..: the order of the nibbles in the weights' bytes.
typedef struct {
    int8_t high[BLOCK];
    int32_t bias[16];      // per word of 8 columns: -12 times the sum of their q (0 where weights are signed)
    float scale[16];       // per word of 8 columns: half the scale of its group of 32
    int32_t group_bias[4]; // sums of four words
    int32_t unused[12];
} Int8Block;

// q = 128 high + low, low in -64 .. 63.
typedef struct {
    int8_t high[BLOCK];
    int32_t bias[16];
    float scale[16];
    int32_t group_bias[4];
    int32_t unused[12];
    int8_t low[BLOCK];
} Int16Block;

// One matrix, one range of its rows, n inputs: out[i][row] of each.
typedef struct {
    int32_t dtype;
    int32_t precision;  // of MMFP4
    const void *codes;  // row-major elements, or the codes
    const void *scales; // of MMFP4
    int64_t cols;
    int64_t group;
    int64_t first_row;
    int64_t end_row;
    const char *in;         // float[cols] each, or packed blocks when MMFP4
    int64_t in_stride;      // bytes from one input to the next
    const int32_t *in_rows; // which input each is, or null for 0, 1, 2, ..
    int64_t n;
    float *out;
    int64_t out_stride;      // floats from one output to the next
    const int32_t *out_rows; // which output each goes to, or null for 0, 1, 2, ..
    const float *factors;    // per i a factor, or null
    int32_t accumulate;      // out += instead of out =
    char *scratch;           // marlin_scratch_bytes, 64-aligned, the calling thread's own
} Product;

INLINE const char *input(const Product *p, int64_t i) {
    return p->in + (p->in_rows ? p->in_rows[i] : i) * p->in_stride;
}

INLINE float *output(const Product *p, int64_t i) {
    return p->out + (p->out_rows ? p->out_rows[i] : i) * p->out_stride;
}

INLINE void emit(const Product *p, int64_t i, int64_t row, float value) {
    float *to = output(p, i) + row;
    float scaled = p->factors ? p->factors[i] * value : value;
    *to = p->accumulate ? *to + scaled : scaled;
}

void marlin_mmfp4_rows(const Product *p);
void marlin_mmfp4_tiles(const Product *p);
void marlin_float_rows(const Product *p);

#endif
