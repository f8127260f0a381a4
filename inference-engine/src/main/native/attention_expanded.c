// Attention of many tokens: keys and values of a block of positions are expanded from the latent once and used by all
// tokens of the step, which costs less than absorbed attention (256 + 256 instead of 576 + 512 per pair and head).
#include "marlin.h"
#include "softmax.h"

void marlin_product(int32_t dtype, int32_t precision, const void *codes, const void *scales, int64_t cols,
                    int64_t group, int64_t first_row, int64_t end_row, const void *in, int64_t in_stride,
                    const int32_t *in_rows, int64_t n, float *out, int64_t out_stride, const int32_t *out_rows,
                    const float *factors, int32_t accumulate, void *scratch);
int64_t marlin_scratch_bytes(int64_t cols);

enum { POSITIONS = 128, TOKENS = 48, SIX = 6, WIDE = 4 };

INLINE int64_t round16(int64_t n) {
    return (n + 15) / 16 * 16;
}

INLINE int64_t round64(int64_t n) {
    return (n + 63) / 64 * 64;
}

EXPORT int64_t marlin_attend_many_scratch_bytes(int64_t tokens, int64_t nope, int64_t rope, int64_t value,
                                                int64_t latent) {
    int64_t expanded = POSITIONS * (nope + value) + 64;
    int64_t keys = (nope + rope) * POSITIONS;
    return (expanded + keys + POSITIONS * round64(value) + TOKENS * POSITIONS + tokens * round64(value)
        + tokens * 2 + 64) * 4 + marlin_scratch_bytes(latent) + 512;
}

// c[i][0 .. 64) (+)= sum over k of a[i][k] * b[k][0 .. 64), for `rows` rows.
INLINE void strip(int rows, int64_t depth, const float *a, int64_t a_stride, const float *b, int64_t b_stride,
                  float *c, int64_t c_stride, int accumulate) {
    v16f sums[SIX][WIDE];
    for (int i = 0; i < rows; i++) {
        for (int w = 0; w < WIDE; w++) {
            sums[i][w] = accumulate ? load16(c + i * c_stride + 16 * w) : zero16();
        }
    }
    for (int64_t k = 0; k < depth; k++) {
        v16f right[WIDE];
        for (int w = 0; w < WIDE; w++) {
            right[w] = load16(b + k * b_stride + 16 * w);
        }
        for (int i = 0; i < rows; i++) {
            v16f left = splat16(a[i * a_stride + k]);
            for (int w = 0; w < WIDE; w++) {
                sums[i][w] = fma16(left, right[w], sums[i][w]);
            }
        }
    }
    for (int i = 0; i < rows; i++) {
        for (int w = 0; w < WIDE; w++) {
            store16(c + i * c_stride + 16 * w, sums[i][w]);
        }
    }
}

// c [rows, columns] (+)= a [rows, depth] b [depth, columns]; columns a multiple of 64.
static void multiply(int64_t rows, int64_t columns, int64_t depth, const float *a, int64_t a_stride, const float *b,
                     int64_t b_stride, float *c, int64_t c_stride, int accumulate) {
    for (int64_t column = 0; column < columns; column += 64) {
        int64_t i = 0;
        for (; i + SIX <= rows; i += SIX) {
            strip(SIX, depth, a + i * a_stride, a_stride, b + column, b_stride, c + i * c_stride + column, c_stride,
                accumulate);
        }
        for (; i < rows; i++) {
            strip(1, depth, a + i * a_stride, a_stride, b + column, b_stride, c + i * c_stride + column, c_stride,
                accumulate);
        }
    }
}

typedef struct {
    const float *query; // of this head: [tokens, nope + rope] at query_stride
    int64_t query_stride;
    int64_t tokens, position, depth, wide;
    float scale;
    const float *keys;   // [nope + rope, POSITIONS]
    const float *values; // [POSITIONS, wide]
    float *scores;       // [TOKENS, POSITIONS]
    float *sums;         // [tokens, wide]
    Softmax *state;      // [tokens]
} Head;

// Adds what `count` positions from `first` on contribute to all tokens that may see them.
static void add_positions(const Head *head, int64_t first, int64_t count) {
    int64_t blind = first - head->position;
    for (int64_t t = blind > 0 ? blind : 0; t < head->tokens; t += TOKENS) {
        int64_t rows = head->tokens - t < TOKENS ? head->tokens - t : TOKENS;
        multiply(rows, POSITIONS, head->depth, head->query + t * head->query_stride, head->query_stride, head->keys,
            POSITIONS, head->scores, POSITIONS, 0);
        for (int64_t i = 0; i < rows; i++) {
            float *scores = head->scores + i * POSITIONS;
            for (int p = 0; p < POSITIONS; p += 16) {
                store16(scores + p, load16(scores + p) * head->scale);
            }
            int64_t visible = head->position + t + i + 1 - first;
            float rescale = softmax_step(scores, POSITIONS, (int)(visible < count ? visible : count),
                head->state + t + i);
            float *sums = head->sums + (t + i) * head->wide;
            for (int64_t v = 0; v < head->wide && rescale != 1; v += 16) {
                store16(sums + v, load16(sums + v) * rescale);
            }
        }
        multiply(rows, head->wide, POSITIONS, head->scores, POSITIONS, head->values, head->wide,
            head->sums + t * head->wide, head->wide, 1);
    }
}

// Attention of one head for `tokens` tokens at positions position .. position + tokens - 1.
// query: [tokens, nope + rope] of this head at query_stride floats; first_row: the head's first row of kv_b_proj;
// latents: [position + tokens] inputs of a product with kv_b_proj; keys: [position + tokens, rope];
// out: [tokens, value] at out_stride.
EXPORT void marlin_attend_many(const float *query, int64_t query_stride, int64_t tokens, int64_t position,
                               int32_t dtype, int32_t precision, const void *codes, const void *scales,
                               int64_t latent, int64_t group, int64_t first_row, int64_t nope, int64_t rope,
                               int64_t value, const char *latents, int64_t latent_stride, const float *keys,
                               float scale, float *out, int64_t out_stride, char *scratch) {
    int64_t rows = nope + value, wide = round64(value);
    const char *head_codes = (const char *)codes + first_row * matrix_row_bytes(dtype, latent);
    const char *head_scales = dtype == MMFP4 ? (const char *)scales + first_row * (latent / group) * 2 : 0;
    float *expanded = (float *)scratch;
    float *transposed = expanded + round16(POSITIONS * rows);
    float *values = transposed + (nope + rope) * POSITIONS;
    float *scores = values + POSITIONS * wide;
    float *sums = scores + TOKENS * POSITIONS;
    Softmax *state = (Softmax *)(sums + tokens * wide);
    char *tile = (char *)(((uintptr_t)(state + tokens) + 63) / 64 * 64);
    Head head = {query, query_stride, tokens, position, nope + rope, wide, scale, transposed, values, scores, sums,
                 state};
    memset(transposed, 0, ((nope + rope) * POSITIONS + POSITIONS * wide) * sizeof(float));
    memset(sums, 0, tokens * wide * sizeof(float));
    for (int64_t t = 0; t < tokens; t++) {
        state[t] = softmax_start();
    }
    for (int64_t first = 0; first < position + tokens; first += POSITIONS) {
        int64_t left = position + tokens - first, count = left < POSITIONS ? left : POSITIONS;
        marlin_product(dtype, precision, head_codes, head_scales, latent, group, 0, rows,
            latents + first * latent_stride, latent_stride, 0, count, expanded, rows, 0, 0, 0, tile);
        for (int64_t p = 0; p < count; p++) {
            for (int64_t i = 0; i < nope; i++) {
                transposed[i * POSITIONS + p] = expanded[p * rows + i];
            }
            for (int64_t i = 0; i < rope; i++) {
                transposed[(nope + i) * POSITIONS + p] = keys[(first + p) * rope + i];
            }
            memcpy(values + p * wide, expanded + p * rows + nope, value * sizeof(float));
        }
        add_positions(&head, first, count);
    }
    for (int64_t t = 0; t < tokens; t++) {
        float share = 1 / state[t].sum;
        for (int64_t v = 0; v < value; v++) {
            out[t * out_stride + v] = sums[t * wide + v] * share;
        }
    }
}
