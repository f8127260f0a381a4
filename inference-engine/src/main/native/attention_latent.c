// Attention of a few tokens over the latent cache, with kv_b_proj absorbed: every head scores the cached rows as they
// are, so that a row is widened once and used by all heads of the call.
#include "marlin.h"
#include "cache.h"
#include "softmax.h"

enum { POSITIONS = 32, HEADS = 5, KEYS = 4, CHUNK = 4 };

INLINE int64_t round16(int64_t n) {
    return (n + 15) / 16 * 16;
}

#if MARLIN_AVX512

// sums[j][lane] of every block += factor * weight, for `count` rows that lie one after the other.
INLINE void absorb_rows(const uint8_t *codes, const uint16_t *scales, int64_t cols, int64_t group, int count,
                        const float *q, float factor, float *sums) {
    const __m512 table = _mm512_loadu_ps(E2M1);
    for (int64_t b = 0; b < cols / BLOCK; b++) {
        __m512 sum[8];
        for (int j = 0; j < 8; j++) {
            sum[j] = _mm512_loadu_ps(sums + b * BLOCK + 16 * j);
        }
        for (int i = 0; i < count; i++) {
            __m512i words = _mm512_loadu_si512(codes + i * (cols / 2) + 64 * b);
            __builtin_prefetch(codes + i * (cols / 2) + 64 * b + 4096);
            v16f scale = block_scales(scales + i * (cols / group) + b * (BLOCK / group), (int)group);
            __m512 weight = _mm512_mul_ps((__m512)scale, _mm512_set1_ps(q[i] * factor));
            for (int j = 0; j < 8; j++) {
                __m512 value = _mm512_permutexvar_ps(_mm512_srli_epi32(words, 4 * j), table);
                sum[j] = _mm512_fmadd_ps(value, weight, sum[j]);
            }
        }
        for (int j = 0; j < 8; j++) {
            _mm512_storeu_ps(sums + b * BLOCK + 16 * j, sum[j]);
        }
    }
}

#endif

// out[0 .. cols) = factor * sum over i of q[i] * row (first_row + i): the transposed product that folds W_UK into a
// query. Exact in the weights.
EXPORT void marlin_absorb(int32_t dtype, const void *codes, const void *scales, int64_t cols, int64_t group,
                          int64_t first_row, int64_t rows, const float *q, float factor, float *out) {
    void marlin_widen_row(int32_t, const void *, const void *, int64_t, int64_t, int64_t, float *);
#if MARLIN_AVX512
    if (dtype == MMFP4 && cols % BLOCK == 0) {
        float sums[cols];
        memset(sums, 0, sizeof sums);
        // Four rows at a time: the sums stay in registers for a while, and the weights are read in their order.
        for (int64_t i = 0; i < rows; i += 4) {
            const uint8_t *row = (const uint8_t *)codes + (first_row + i) * (cols / 2);
            const uint16_t *scale = (const uint16_t *)scales + (first_row + i) * (cols / group);
            absorb_rows(row, scale, cols, group, rows - i < 4 ? (int)(rows - i) : 4, q + i, factor, sums);
        }
        for (int64_t c = 0; c < cols; c++) {
            out[c] = sums[c / BLOCK * BLOCK + c % 8 * 16 + c % BLOCK / 8];
        }
        return;
    }
#endif
    memset(out, 0, cols * sizeof(float));
    float row[cols];
    for (int64_t i = 0; i < rows; i++) {
        marlin_widen_row(dtype, codes, scales, cols, group, first_row + i, row);
        for (int64_t c = 0; c < cols; c++) {
            out[c] += q[i] * factor * row[c];
        }
    }
}

EXPORT int64_t marlin_attend_scratch_bytes(int64_t heads, int64_t latent, int64_t rope) {
    int64_t width = round16(latent) + round16(rope);
    return (POSITIONS * width + heads * (width + round16(latent) + POSITIONS + 32)) * 4 + 256;
}

INLINE void score(const float *query, int heads, const float *rows, int64_t width, float *scores) {
    for (int p = 0; p < POSITIONS; p += KEYS) {
        v16f sums[HEADS][KEYS];
        for (int h = 0; h < heads; h++) {
            for (int k = 0; k < KEYS; k++) {
                sums[h][k] = zero16();
            }
        }
        for (int64_t i = 0; i < width; i += 16) {
            v16f key[KEYS];
            for (int k = 0; k < KEYS; k++) {
                key[k] = load16(rows + (p + k) * width + i);
            }
            for (int h = 0; h < heads; h++) {
                v16f q = load16(query + h * width + i);
                for (int k = 0; k < KEYS; k++) {
                    sums[h][k] = fma16(q, key[k], sums[h][k]);
                }
            }
        }
        for (int h = 0; h < heads; h++) {
            for (int k = 0; k < KEYS; k++) {
                scores[h * POSITIONS + p + k] = sum16(sums[h][k]);
            }
        }
    }
}

INLINE void gather(const float *weights, int heads, const float *rows, int64_t width, int64_t latent, float *sums) {
    for (int64_t i = 0; i < latent; i += 16 * CHUNK) {
        int parts = latent - i >= 16 * CHUNK ? CHUNK : (int)((latent - i) / 16);
        if (parts == CHUNK) {
            v16f acc[HEADS][CHUNK];
            for (int h = 0; h < heads; h++) {
                for (int c = 0; c < CHUNK; c++) {
                    acc[h][c] = load16(sums + h * latent + i + 16 * c);
                }
            }
            for (int p = 0; p < POSITIONS; p++) {
                v16f value[CHUNK];
                for (int c = 0; c < CHUNK; c++) {
                    value[c] = load16(rows + p * width + i + 16 * c);
                }
                for (int h = 0; h < heads; h++) {
                    v16f weight = splat16(weights[h * POSITIONS + p]);
                    for (int c = 0; c < CHUNK; c++) {
                        acc[h][c] = fma16(weight, value[c], acc[h][c]);
                    }
                }
            }
            for (int h = 0; h < heads; h++) {
                for (int c = 0; c < CHUNK; c++) {
                    store16(sums + h * latent + i + 16 * c, acc[h][c]);
                }
            }
            continue;
        }
        for (int h = 0; h < heads; h++) {
            for (int c = 0; c < parts; c++) {
                v16f acc = load16(sums + h * latent + i + 16 * c);
                for (int p = 0; p < POSITIONS; p++) {
                    acc = fma16(splat16(weights[h * POSITIONS + p]), load16(rows + p * width + i + 16 * c), acc);
                }
                store16(sums + h * latent + i + 16 * c, acc);
            }
        }
    }
}

// One block of positions for up to HEADS heads. `state` holds the running maximum and sum of each.
INLINE void block(const float *query, int heads, const float *rows, int64_t width, int64_t latent, int valid,
                  float *scores, float *sums, Softmax *state) {
    score(query, heads, rows, width, scores);
    for (int h = 0; h < heads; h++) {
        float rescale = softmax_step(scores + h * POSITIONS, POSITIONS, valid, state + h);
        if (rescale != 1) {
            for (int64_t i = 0; i < latent; i += 16) {
                store16(sums + h * latent + i, load16(sums + h * latent + i) * rescale);
            }
        }
    }
    gather(scores, heads, rows, width, latent, sums);
}

// out[h] = sum over positions p of softmax(query[h] . row p)[p] * latent p. `query` [heads, latent + rope] carries the
// softmax scale already.
EXPORT void marlin_attend(const float *query, int64_t heads, const char *cache, int64_t row_bytes, int32_t format,
                          int64_t latent, int64_t rope, int64_t positions, float *out, float *scratch) {
    int64_t wide = round16(latent), width = wide + round16(rope);
    float *rows = scratch;
    float *padded = rows + POSITIONS * width;
    float *sums = padded + heads * width;
    float *scores = sums + heads * wide;
    Softmax *state = (Softmax *)(scores + heads * POSITIONS);
    memset(scratch, 0, (POSITIONS * width + heads * (width + wide)) * sizeof(float));
    for (int64_t h = 0; h < heads; h++) {
        memcpy(padded + h * width, query + h * (latent + rope), latent * sizeof(float));
        memcpy(padded + h * width + wide, query + h * (latent + rope) + latent, rope * sizeof(float));
        state[h] = softmax_start();
    }
    for (int64_t first = 0; first < positions; first += POSITIONS) {
        int valid = positions - first < POSITIONS ? (int)(positions - first) : POSITIONS;
        for (int p = 0; p < valid; p++) {
            float *row = rows + p * width;
            marlin_cache_row(format, latent, rope, cache + (first + p) * row_bytes, row, row + wide);
        }
        int64_t h = 0;
        for (; h + HEADS <= heads; h += HEADS) {
            block(padded + h * width, HEADS, rows, width, wide, valid, scores, sums + h * wide, state + h);
        }
        for (; h < heads; h++) {
            block(padded + h * width, 1, rows, width, wide, valid, scores, sums + h * wide, state + h);
        }
    }
    for (int64_t h = 0; h < heads; h++) {
        float share = 1 / state[h].sum;
        for (int64_t i = 0; i < latent; i++) {
            out[h * latent + i] = sums[h * wide + i] * share;
        }
    }
}
