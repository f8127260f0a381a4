// Sixteen-lane vectors for the CPU kernels. Arithmetic uses the vector extension of GCC and Clang, which lowers to
// whatever the machine has; only what the extension cannot say (byte dot products, table look-ups, half floats) is
// written per instruction set: AVX-512 (VNNI), AVX2, NEON, and plain C for the rest. The library is compiled on the
// machine it runs on, so the preprocessor chooses, not the loader.
#ifndef MARLIN_SIMD_H
#define MARLIN_SIMD_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512VL__) && defined(__AVX512VNNI__)
#define MARLIN_AVX512 1
#include <immintrin.h>
#elif defined(__AVX2__) && defined(__FMA__) && defined(__F16C__)
#define MARLIN_AVX2 1
#include <immintrin.h>
#elif defined(__ARM_NEON) && defined(__aarch64__)
#define MARLIN_NEON 1
#include <arm_neon.h>
#endif

#define INLINE static inline __attribute__((always_inline))
#define EXPORT __attribute__((visibility("default")))

typedef float v16f __attribute__((vector_size(64)));
typedef int32_t v16i __attribute__((vector_size(64)));
typedef uint32_t v16u __attribute__((vector_size(64)));

// The twice value of every E2M1 code: an integer, so that int8 dot products are exact.
static const int8_t TWICE_E2M1[16] = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};
static const float E2M1[16] = {0, .5f, 1, 1.5f, 2, 3, 4, 6, -0.f, -.5f, -1, -1.5f, -2, -3, -4, -6};

INLINE v16f load16(const float *p) {
    v16f v;
    memcpy(&v, p, sizeof v);
    return v;
}

INLINE void store16(float *p, v16f v) {
    memcpy(p, &v, sizeof v);
}

INLINE v16f zero16(void) {
    return (v16f){0};
}

INLINE v16f splat16(float x) {
    return (v16f){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x};
}

INLINE float sum16(v16f v) {
#if MARLIN_AVX512
    return _mm512_reduce_add_ps((__m512)v);
#else
    float s[8];
    for (int i = 0; i < 8; i++) {
        s[i] = v[i] + v[i + 8];
    }
    return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
#endif
}

// a * b + c, fused where the machine can.
INLINE v16f fma16(v16f a, v16f b, v16f c) {
#if MARLIN_AVX512
    return (v16f)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#else
    return a * b + c;
#endif
}

INLINE v16f floats16(v16i v) {
    return __builtin_convertvector(v, v16f);
}

INLINE float half_to_float(uint16_t half) {
#if MARLIN_AVX512 || MARLIN_AVX2
    return _cvtsh_ss(half);
#elif MARLIN_NEON
    __fp16 h;
    memcpy(&h, &half, 2);
    return (float)h;
#else
    // Shifting a half's exponent and mantissa into place leaves the exponent biased by 112 too little; the product
    // with 2^112 corrects that, and subnormals with it.
    uint32_t bits = ((uint32_t)(half & 0x7fff)) << 13;
    float f;
    memcpy(&f, &bits, 4);
    f *= 0x1p112f;
    if ((half & 0x7c00) == 0x7c00) {
        bits = 0x7f800000u | ((uint32_t)(half & 0x3ff) << 13);
        memcpy(&f, &bits, 4);
    }
    return (half & 0x8000) ? -f : f;
#endif
}

// Sixteen halves, unaligned.
INLINE v16f halves16(const void *p) {
#if MARLIN_AVX512
    return (v16f)_mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p));
#else
    uint16_t h[16];
    memcpy(h, p, sizeof h);
    v16f v;
    for (int i = 0; i < 16; i++) {
        v[i] = half_to_float(h[i]);
    }
    return v;
#endif
}

// Sixteen bfloat16, unaligned.
INLINE v16f bfloats16(const void *p) {
#if MARLIN_AVX512
    __m512i wide = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)p));
    return (v16f)_mm512_slli_epi32(wide, 16);
#else
    uint16_t h[16];
    memcpy(h, p, sizeof h);
    v16u v;
    for (int i = 0; i < 16; i++) {
        v[i] = (uint32_t)h[i] << 16;
    }
    return (v16f)v;
#endif
}

// Lane l gets the float value of the scale that covers columns 8 l .. 8 l + 7 of a block of 128 columns.
INLINE v16f block_scales(const uint16_t *scales, int group) {
#if MARLIN_AVX512
    if (group == 32) {
        const __m256i spread = _mm256_setr_epi8(0, 1, 0, 1, 0, 1, 0, 1, 2, 3, 2, 3, 2, 3, 2, 3,
                                                4, 5, 4, 5, 4, 5, 4, 5, 6, 7, 6, 7, 6, 7, 6, 7);
        int64_t four;
        memcpy(&four, scales, 8);
        return (v16f)_mm512_cvtph_ps(_mm256_shuffle_epi8(_mm256_set1_epi64x(four), spread));
    }
#endif
    if (group == 128) {
        return splat16(half_to_float(scales[0]));
    }
    v16f v;
    for (int lane = 0; lane < 16; lane++) {
        v[lane] = half_to_float(scales[lane * 8 / group]);
    }
    return v;
}

// acc[l] += sum over the 8 columns 8 l + j of twice the weight times q, over one block: 64 bytes of codes (128
// columns), q = the 64 even columns, then the 64 odd ones. On AVX-512 and AVX2 the weights are biased by 12 to be
// unsigned; `acc` must then come with -12 times the sum of q (see BIAS).
#if MARLIN_AVX512 || MARLIN_AVX2
#define MARLIN_BIAS 12
#else
#define MARLIN_BIAS 0
#endif

#if MARLIN_AVX512
INLINE __m512i biased_table(void) {
    return _mm512_broadcast_i32x4(_mm_setr_epi8(12, 13, 14, 15, 16, 18, 20, 24, 12, 11, 10, 9, 8, 6, 4, 0));
}

INLINE __m512i biased_even(__m512i codes) {
    return _mm512_shuffle_epi8(biased_table(), _mm512_and_si512(codes, _mm512_set1_epi8(15)));
}

INLINE __m512i biased_odd(__m512i codes) {
    return _mm512_shuffle_epi8(biased_table(),
        _mm512_and_si512(_mm512_srli_epi16(codes, 4), _mm512_set1_epi8(15)));
}
#endif

INLINE v16i block_dot(const uint8_t *codes, const int8_t *q, v16i acc) {
#if MARLIN_AVX512
    __m512i words = _mm512_loadu_si512(codes);
    __m512i sum = _mm512_dpbusd_epi32((__m512i)acc, biased_even(words), _mm512_loadu_si512(q));
    return (v16i)_mm512_dpbusd_epi32(sum, biased_odd(words), _mm512_loadu_si512(q + 64));
#elif MARLIN_AVX2
    const __m256i table = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(12, 13, 14, 15, 16, 18, 20, 24, 12, 11, 10, 9, 8, 6, 4, 0));
    const __m256i low = _mm256_set1_epi8(15);
    const __m256i ones = _mm256_set1_epi16(1);
    __m256i out[2];
    for (int half = 0; half < 2; half++) {
        __m256i words = _mm256_loadu_si256((const __m256i *)(codes + 32 * half));
        __m256i even = _mm256_shuffle_epi8(table, _mm256_and_si256(words, low));
        __m256i odd = _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16(words, 4), low));
        // 2 * 24 * 127 fits int16, and so does the sum of both.
        __m256i pairs = _mm256_add_epi16(
            _mm256_maddubs_epi16(even, _mm256_loadu_si256((const __m256i *)(q + 32 * half))),
            _mm256_maddubs_epi16(odd, _mm256_loadu_si256((const __m256i *)(q + 64 + 32 * half))));
        out[half] = _mm256_madd_epi16(pairs, ones);
    }
    v16i sum;
    memcpy(&sum, out, sizeof sum);
    return acc + sum;
#elif MARLIN_NEON
    const int8x16_t table = vld1q_s8(TWICE_E2M1);
    const uint8x16_t low = vdupq_n_u8(15);
    int32x4_t out[4];
    for (int part = 0; part < 4; part++) {
        uint8x16_t words = vld1q_u8(codes + 16 * part);
        int8x16_t even = vqtbl1q_s8(table, vandq_u8(words, low));
        int8x16_t odd = vqtbl1q_s8(table, vshrq_n_u8(words, 4));
        int8x16_t qe = vld1q_s8(q + 16 * part);
        int8x16_t qo = vld1q_s8(q + 64 + 16 * part);
#if defined(__ARM_FEATURE_DOTPROD)
        out[part] = vdotq_s32(vdotq_s32(vdupq_n_s32(0), even, qe), odd, qo);
#else
        // 4 * 12 * 127 fits int16.
        int16x8_t first = vmlal_s8(vmull_s8(vget_low_s8(even), vget_low_s8(qe)), vget_low_s8(odd), vget_low_s8(qo));
        int16x8_t second = vmlal_s8(vmull_s8(vget_high_s8(even), vget_high_s8(qe)), vget_high_s8(odd),
            vget_high_s8(qo));
        out[part] = vpaddq_s32(vpaddlq_s16(first), vpaddlq_s16(second));
#endif
    }
    v16i sum;
    memcpy(&sum, out, sizeof sum);
    return acc + sum;
#else
    for (int lane = 0; lane < 16; lane++) {
        int32_t sum = 0;
        for (int i = 4 * lane; i < 4 * lane + 4; i++) {
            sum += TWICE_E2M1[codes[i] & 15] * q[i] + TWICE_E2M1[codes[i] >> 4] * q[64 + i];
        }
        acc[lane] += sum;
    }
    return acc;
#endif
}

// Lane l: sum over j of weight[8 l + j] * x[j][l], where x = [8][16] floats: column 8 l + j of a block lies at [j][l].
INLINE v16f block_dot_floats(const uint8_t *codes, const float *x) {
#if MARLIN_AVX512
    const __m512 table = _mm512_loadu_ps(E2M1);
    __m512i words = _mm512_loadu_si512(codes);
    __m512 sum = _mm512_mul_ps(_mm512_permutexvar_ps(words, table), _mm512_loadu_ps(x));
    for (int j = 1; j < 8; j++) {
        __m512 weight = _mm512_permutexvar_ps(_mm512_srli_epi32(words, 4 * j), table);
        sum = _mm512_fmadd_ps(weight, _mm512_loadu_ps(x + 16 * j), sum);
    }
    return (v16f)sum;
#elif MARLIN_AVX2
    // The table look-up takes an index's low three bits; the fourth is the sign.
    const __m256 magnitudes = _mm256_setr_ps(0, .5f, 1, 1.5f, 2, 3, 4, 6);
    const __m256i sign = _mm256_set1_epi32((int32_t)0x80000000);
    __m256 out[2];
    for (int half = 0; half < 2; half++) {
        __m256i words = _mm256_loadu_si256((const __m256i *)(codes + 32 * half));
        __m256 sum = _mm256_setzero_ps();
        for (int j = 0; j < 8; j++) {
            __m256 value = _mm256_permutevar8x32_ps(magnitudes, _mm256_srli_epi32(words, 4 * j));
            __m256i negative = _mm256_and_si256(_mm256_slli_epi32(words, 28 - 4 * j), sign);
            __m256 weight = _mm256_xor_ps(value, _mm256_castsi256_ps(negative));
            sum = _mm256_fmadd_ps(weight, _mm256_loadu_ps(x + 16 * j + 8 * half), sum);
        }
        out[half] = sum;
    }
    v16f sum;
    memcpy(&sum, out, sizeof sum);
    return sum;
#else
    v16f sum = zero16();
    uint32_t words[16];
    memcpy(words, codes, sizeof words);
    for (int j = 0; j < 8; j++) {
        v16f weight;
        for (int lane = 0; lane < 16; lane++) {
            weight[lane] = E2M1[words[lane] >> (4 * j) & 15];
        }
        sum = fma16(weight, load16(x + 16 * j), sum);
    }
    return sum;
#endif
}

#endif
