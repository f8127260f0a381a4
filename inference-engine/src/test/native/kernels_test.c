// Checks the C kernels against double precision, for whichever instruction set this was compiled for; exits with 1
// after naming what disagrees. NativeVariantsTest compiles and runs it for several.
#include <stdio.h>
#include <stdlib.h>
#include "../../main/native/cache.h"
#include "../../main/native/marlin.h"

void marlin_product(int32_t dtype, int32_t precision, const void *codes, const void *scales, int64_t cols,
                    int64_t group, int64_t first_row, int64_t end_row, const void *in, int64_t in_stride,
                    const int32_t *in_rows, int64_t n, float *out, int64_t out_stride, const int32_t *out_rows,
                    const float *factors, int32_t accumulate, void *scratch);
void marlin_pack(const float *x, int64_t cols, int32_t precision, void *out);
int64_t marlin_block_bytes(int32_t precision);
int64_t marlin_scratch_bytes(int64_t cols);
void marlin_absorb(int32_t dtype, const void *codes, const void *scales, int64_t cols, int64_t group,
                   int64_t first_row, int64_t rows, const float *q, float factor, float *out);
void marlin_attend(const float *query, int64_t heads, const char *cache, int64_t row_bytes, int32_t format,
                   int64_t latent, int64_t rope, int64_t positions, float *out, float *scratch);
void marlin_cache_write(int32_t format, int64_t latent, int64_t rope, const float *row, char *to);

enum { MOST_ROWS = 207, MOST_COLS = 2048, MOST_INPUTS = 33, HEADS = 6, LATENT = 96, ROPE = 16, POSITIONS = 70 };

static int failures;

static void *area(size_t bytes) {
    void *p = aligned_alloc(64, (bytes + 191) / 64 * 64);
    memset(p, 0, (bytes + 191) / 64 * 64);
    return p;
}

static void expect(const char *what, double error, double size, double tolerance) {
    if (!(sqrt(error) <= tolerance * sqrt(size))) {
        printf("%s: relative error %g, allowed %g\n", what, sqrt(error / size), tolerance);
        failures++;
    }
}

static double weight(const uint8_t *codes, const uint16_t *scales, int64_t cols, int64_t group, int64_t r, int64_t c) {
    return (double)E2M1[codes[r * cols / 2 + c / 2] >> (4 * (c & 1)) & 15]
        * half_to_float(scales[r * (cols / group) + c / group]);
}

static void test_products(const uint8_t *codes, const uint16_t *scales, int64_t rows, int64_t cols, int64_t group,
                          int64_t inputs, int32_t precision) {
    static const double TOLERANCES[] = {2e-6, 2e-4, 2.5e-2};
    float *x = area(inputs * cols * 4), *out = area(inputs * rows * 4);
    int64_t stride = (cols + 127) / 128 * marlin_block_bytes(precision);
    char *packed = area(inputs * stride), *scratch = area(marlin_scratch_bytes(cols));
    for (int64_t i = 0; i < inputs; i++) {
        for (int64_t c = 0; c < cols; c++) {
            x[i * cols + c] = sinf(i * 31.f + c * 1.7f) * (c % 97 == 0 ? 4 : 1);
        }
        marlin_pack(x + i * cols, cols, precision, packed + i * stride);
    }
    marlin_product(MMFP4, precision, codes, scales, cols, group, 0, rows, packed, stride, 0, inputs, out, rows, 0, 0, 0,
        scratch);
    double error = 0, size = 0, absorbed_error = 0, absorbed_size = 0;
    for (int64_t i = 0; i < inputs; i++) {
        for (int64_t r = 0; r < rows; r++) {
            double sum = 0;
            for (int64_t c = 0; c < cols; c++) {
                sum += weight(codes, scales, cols, group, r, c) * x[i * cols + c];
            }
            error += pow(sum - out[i * rows + r], 2);
            size += sum * sum;
        }
    }
    char what[120];
    snprintf(what, sizeof what, "product %dx%d group %d inputs %d precision %d", (int)rows, (int)cols, (int)group,
        (int)inputs, precision);
    expect(what, error, size, (rows * inputs < 32 ? 12 : 1) * TOLERANCES[precision]);
    float *absorbed = area(cols * 4);
    marlin_absorb(MMFP4, codes, scales, cols, group, 0, rows, x, .5f, absorbed);
    for (int64_t c = 0; c < cols; c++) {
        double sum = 0;
        for (int64_t r = 0; r < rows; r++) {
            sum += .5 * weight(codes, scales, cols, group, r, c) * x[r % (inputs * cols)];
        }
        if (rows <= inputs * cols) {
            absorbed_error += pow(sum - absorbed[c], 2);
            absorbed_size += sum * sum;
        }
    }
    expect("absorb", absorbed_error, absorbed_size, 2e-6);
    free(x), free(out), free(packed), free(scratch), free(absorbed);
}

// Against the rows as the cache gives them back: what storing costs is CacheFormat's business.
static void test_attention(int32_t format) {
    static const int64_t ROW_BYTES[] = {448, 224, 128, 64 + 16};
    static float query[HEADS * (LATENT + ROPE)], out[HEADS * LATENT], rows[POSITIONS][LATENT + ROPE];
    static float scratch[1 << 16];
    char *cache = area(POSITIONS * ROW_BYTES[format]);
    for (int i = 0; i < HEADS * (LATENT + ROPE); i++) {
        query[i] = .3f * cosf(i * 1.3f);
    }
    for (int p = 0; p < POSITIONS; p++) {
        float row[LATENT + ROPE];
        for (int i = 0; i < LATENT + ROPE; i++) {
            row[i] = sinf(i * .7f + p * 3.1f) + .5f;
        }
        marlin_cache_write(format, LATENT, ROPE, row, cache + p * ROW_BYTES[format]);
        marlin_cache_row(format, LATENT, ROPE, cache + p * ROW_BYTES[format], rows[p], rows[p] + LATENT);
    }
    marlin_attend(query, HEADS, cache, ROW_BYTES[format], format, LATENT, ROPE, POSITIONS, out, scratch);
    double error = 0, size = 0;
    for (int h = 0; h < HEADS; h++) {
        double shares[POSITIONS], total = 0;
        for (int p = 0; p < POSITIONS; p++) {
            double score = 0;
            for (int i = 0; i < LATENT + ROPE; i++) {
                score += (double)query[h * (LATENT + ROPE) + i] * rows[p][i];
            }
            total += shares[p] = exp(score);
        }
        for (int c = 0; c < LATENT; c++) {
            double sum = 0;
            for (int p = 0; p < POSITIONS; p++) {
                sum += shares[p] / total * rows[p][c];
            }
            error += pow(sum - out[h * LATENT + c], 2);
            size += sum * sum;
        }
    }
    expect("attention", error, size, 4e-6);
    free(cache);
}

int main(void) {
    uint8_t *codes = area(MOST_ROWS * MOST_COLS / 2);
    uint16_t *scales = area(MOST_ROWS * MOST_COLS / 32 * 2);
    uint32_t state = 1;
    for (int i = 0; i < MOST_ROWS * MOST_COLS / 2; i++) {
        state = state * 1664525u + 1013904223u;
        codes[i] = (uint8_t)(state >> 24);
    }
    for (int i = 0; i < MOST_ROWS * MOST_COLS / 32; i++) {
        scales[i] = (uint16_t)(0x1c00 + i * 7919 % 1024);
    }
    const int64_t shapes[][3] = {{1, 32, 1}, {13, 96, 2}, {207, 2048, 7}, {40, 160, 13}, {33, 768, MOST_INPUTS}};
    for (int s = 0; s < 5; s++) {
        for (int64_t group = 32; group <= 128; group *= 2) {
            for (int32_t precision = 0; precision < 3 && shapes[s][1] % group == 0; precision++) {
                test_products(codes, scales, shapes[s][0], shapes[s][1], group, shapes[s][2], precision);
            }
        }
    }
    for (int32_t format = CACHE_F32; format <= CACHE_FP4; format++) {
        test_attention(format);
    }
    free(codes), free(scales);
    return failures != 0;
}
