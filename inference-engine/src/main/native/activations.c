// Activations are rearranged once per product into blocks of 128 columns that the MMFP4 kernels read linearly.
#include "marlin.h"
#include "softmax.h"

EXPORT int64_t marlin_block_bytes(int32_t precision) {
    return precision == EXACT ? sizeof(ExactBlock) : precision == INT16 ? sizeof(Int16Block) : sizeof(Int8Block);
}

static void pack_exact(const float *x, int64_t cols, ExactBlock *out) {
    for (int64_t start = 0; start < cols; start += BLOCK, out++) {
        int64_t count = cols - start < BLOCK ? cols - start : BLOCK;
        if (count < BLOCK) {
            memset(out, 0, sizeof *out);
        }
        for (int64_t word = 0; word < count / 8; word++) {
            for (int j = 0; j < 8; j++) {
                out->x[16 * j + word] = x[start + 8 * word + j];
            }
        }
    }
}

#if MARLIN_AVX512

// Stores 32 bytes as the order of the nibbles wants them: the 16 even ones at `even`, the others 64 bytes on.
INLINE void store_split(__m512i first, __m512i second, int8_t *even) {
    const __m128i split = _mm_setr_epi8(0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15);
    __m128i a = _mm_shuffle_epi8(_mm512_cvtepi32_epi8(first), split);
    __m128i b = _mm_shuffle_epi8(_mm512_cvtepi32_epi8(second), split);
    _mm_storeu_si128((__m128i *)even, _mm_unpacklo_epi64(a, b));
    _mm_storeu_si128((__m128i *)(even + 64), _mm_unpackhi_epi64(a, b));
}

// round(x * inverse) of 32 columns into the high and, if `low` is not null, low limb; see Int16Block.
static void pack_group(const float *x, int group, float levels, Int8Block *out, int8_t *low) {
    __m512 a = _mm512_loadu_ps(x), b = _mm512_loadu_ps(x + 16);
    float most = _mm512_reduce_max_ps(_mm512_max_ps(_mm512_abs_ps(a), _mm512_abs_ps(b)));
    __m512 inverse = _mm512_set1_ps(most > 0 ? levels / most : 0);
    __m512i first = _mm512_cvtps_epi32(_mm512_mul_ps(a, inverse));
    __m512i second = _mm512_cvtps_epi32(_mm512_mul_ps(b, inverse));
    __m512i all = _mm512_inserti64x4(_mm512_castsi256_si512(_mm512_cvtepi32_epi16(first)),
        _mm512_cvtepi32_epi16(second), 1);
    // Four pairs make the sum of a word of 8 columns, in every lane of its quarter.
    __m512i sums = _mm512_madd_epi16(all, _mm512_set1_epi16(1));
    sums = _mm512_add_epi32(sums, _mm512_shuffle_epi32(sums, 0x4e));
    sums = _mm512_add_epi32(sums, _mm512_shuffle_epi32(sums, 0xb1));
    const __m512i quarters = _mm512_setr_epi32(0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12);
    __m128i words = _mm512_castsi512_si128(_mm512_permutexvar_epi32(quarters, sums));
    words = _mm_mullo_epi32(words, _mm_set1_epi32(-MARLIN_BIAS));
    _mm_storeu_si128((__m128i *)(out->bias + 4 * group), words);
    words = _mm_add_epi32(words, _mm_shuffle_epi32(words, 0x4e));
    words = _mm_add_epi32(words, _mm_shuffle_epi32(words, 0xb1));
    out->group_bias[group] = _mm_cvtsi128_si32(words);
    // Codes count in halves.
    _mm_storeu_ps(out->scale + 4 * group, _mm_set1_ps(most / levels * .5f));
    if (!low) {
        store_split(first, second, out->high + 16 * group);
        return;
    }
    const __m512i half = _mm512_set1_epi32(64);
    __m512i high_first = _mm512_srai_epi32(_mm512_add_epi32(first, half), 7);
    __m512i high_second = _mm512_srai_epi32(_mm512_add_epi32(second, half), 7);
    store_split(high_first, high_second, out->high + 16 * group);
    store_split(_mm512_sub_epi32(first, _mm512_slli_epi32(high_first, 7)),
        _mm512_sub_epi32(second, _mm512_slli_epi32(high_second, 7)), low + 16 * group);
}

#else

// round(x * inverse) of 32 columns into the high and, if `low` is not null, low limb; see Int16Block.
static void pack_group(const float *x, int group, float levels, Int8Block *out, int8_t *low) {
    v16f a = load16(x), b = load16(x + 16);
    float most = 0;
    for (int i = 0; i < 16; i++) {
        most = fmaxf(most, fmaxf(fabsf(a[i]), fabsf(b[i])));
    }
    float inverse = most > 0 ? levels / most : 0;
    int32_t q[GROUP];
    for (int i = 0; i < GROUP; i++) {
        q[i] = (int32_t)rintf(x[i] * inverse);
    }
    int32_t total = 0;
    for (int word = 0; word < 4; word++) {
        int32_t sum = 0;
        for (int j = 0; j < 8; j++) {
            int32_t value = q[8 * word + j];
            sum += value;
            int place = (j & 1) * 64 + group * 16 + word * 4 + j / 2;
            if (low) {
                int32_t high = (value + 64) >> 7;
                out->high[place] = (int8_t)high;
                low[place] = (int8_t)(value - high * 128);
            } else {
                out->high[place] = (int8_t)value;
            }
        }
        out->bias[4 * group + word] = -MARLIN_BIAS * sum;
        total += sum;
        // Codes count in halves.
        out->scale[4 * group + word] = most / levels * .5f;
    }
    out->group_bias[group] = -MARLIN_BIAS * total;
}

#endif

static void pack_integers(const float *x, int64_t cols, int32_t precision, char *out) {
    int64_t step = marlin_block_bytes(precision);
    for (int64_t start = 0; start < cols; start += BLOCK, out += step) {
        Int8Block *block = (Int8Block *)out;
        int8_t *low = precision == INT16 ? ((Int16Block *)out)->low : 0;
        if (cols - start < BLOCK) {
            memset(out, 0, step);
        }
        for (int group = 0; group < 4 && start + group * GROUP < cols; group++) {
            float padded[GROUP] = {0};
            const float *from = x + start + group * GROUP;
            int64_t count = cols - start - group * GROUP;
            if (count < GROUP) {
                memcpy(padded, from, count * sizeof(float));
                from = padded;
            }
            pack_group(from, group, precision == INT16 ? 127 * 128.f : 127.f, block, low);
        }
    }
}

EXPORT void marlin_pack(const float *x, int64_t cols, int32_t precision, void *out) {
    if (precision == EXACT) {
        pack_exact(x, cols, out);
    } else {
        pack_integers(x, cols, precision, out);
    }
}

EXPORT void marlin_rms_norm(const float *x, const float *weight, int64_t width, float epsilon, float *out) {
    v16f squares = zero16();
    int64_t i = 0;
    for (; i + 16 <= width; i += 16) {
        v16f v = load16(x + i);
        squares = fma16(v, v, squares);
    }
    float sum = sum16(squares);
    for (; i < width; i++) {
        sum += x[i] * x[i];
    }
    float factor = 1 / sqrtf(sum / width + epsilon);
    for (i = 0; i < width; i++) {
        out[i] = x[i] * factor * weight[i];
    }
}

EXPORT void marlin_swiglu(const float *gate, const float *up, int64_t count, float *out) {
    int64_t i = 0;
    for (; i + 16 <= count; i += 16) {
        v16f g = load16(gate + i);
        store16(out + i, g / (1.f + exp16(-g)) * load16(up + i));
    }
    for (; i < count; i++) {
        out[i] = gate[i] / (1 + expf(-gate[i])) * up[i];
    }
}
