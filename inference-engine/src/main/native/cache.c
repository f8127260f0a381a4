// Rows of the latent KV cache. The layout is CacheLayout.java's: the codes of all values, then one float16 scale per
// 32 values of the latent, then of the key. The key has bytes even where the latent has four bits.
#include "marlin.h"
#include "cache.h"

static uint16_t float_to_half(float value) {
#if MARLIN_AVX512 || MARLIN_AVX2
    return _cvtss_sh(value, 0);
#elif MARLIN_NEON
    __fp16 h = (__fp16)value;
    uint16_t bits;
    memcpy(&bits, &h, 2);
    return bits;
#else
    uint32_t bits;
    memcpy(&bits, &value, 4);
    uint32_t sign = bits >> 16 & 0x8000;
    float magnitude = fabsf(value);
    if (!(magnitude < 65520.f)) {
        return sign | (magnitude != magnitude ? 0x7e00 : 0x7c00);
    }
    if (magnitude < 0x1p-14f) {
        return sign | (uint16_t)rintf(magnitude * 0x1p24f);
    }
    memcpy(&bits, &magnitude, 4);
    bits += 0xfff + (bits >> 13 & 1);
    return sign | (uint16_t)((bits >> 13) - (112 << 10));
#endif
}

static int fp4_code(float value) {
    float m = fabsf(value);
    // Halfway points go to the even code.
    int code = (m > .25f) + (m >= .75f) + (m > 1.25f) + (m >= 1.75f) + (m > 2.5f) + (m >= 3.5f) + (m > 5.f);
    return signbit(value) ? code | 8 : code;
}

// The key is stored in bytes even where the latent has four bits: this moves its columns to their place.
static int64_t key_shift(int32_t format, int64_t latent) {
    return format == CACHE_FP4 ? latent / 2 - latent : 0;
}

static int64_t scale_offset(int32_t format, int64_t latent, int64_t rope) {
    return format == CACHE_FP4 ? (latent / 2 + rope + 1) / 2 * 2 : latent + rope;
}

static void quantize_part(int32_t format, const float *row, int64_t first, int64_t end, char *codes,
                          uint16_t *scales) {
    for (int64_t start = first; start < end; start += GROUP) {
        int64_t last = start + GROUP < end ? start + GROUP : end;
        float most = 0;
        for (int64_t i = start; i < last; i++) {
            most = fmaxf(most, fabsf(row[i]));
        }
        uint16_t stored = float_to_half(most / (format == CACHE_INT8 ? 127 : 6));
        float scale = half_to_float(stored);
        float inverse = scale == 0 ? 0 : 1 / scale;
        memcpy(scales++, &stored, 2);
        for (int64_t i = start; i < last; i++) {
            float value = row[i] * inverse;
            if (format == CACHE_INT8) {
                codes[i] = (int8_t)fmaxf(-127, fminf(127, floorf(value + .5f)));
            } else if (i & 1) {
                codes[i / 2] |= (char)(fp4_code(value) << 4);
            } else {
                codes[i / 2] = (char)fp4_code(value);
            }
        }
    }
}

EXPORT void marlin_cache_write(int32_t format, int64_t latent, int64_t rope, const float *row, char *to) {
    int64_t width = latent + rope;
    if (format == CACHE_F32) {
        memcpy(to, row, width * sizeof(float));
    } else if (format == CACHE_F16) {
        for (int64_t i = 0; i < width; i++) {
            uint16_t half = float_to_half(row[i]);
            memcpy(to + 2 * i, &half, 2);
        }
    } else {
        uint16_t *scales = (uint16_t *)(to + scale_offset(format, latent, rope));
        quantize_part(format, row, 0, latent, to, scales);
        quantize_part(CACHE_INT8, row, latent, width, to + key_shift(format, latent),
                      scales + (latent + GROUP - 1) / GROUP);
    }
}

#if MARLIN_AVX512

// Widens a whole group of 32 codes.
INLINE void widen_group(int32_t format, const char *codes, float scale, float *out) {
    __m128i first, second;
    if (format == CACHE_INT8) {
        first = _mm_loadu_si128((const __m128i *)codes);
        second = _mm_loadu_si128((const __m128i *)(codes + 16));
    } else {
        const __m128i table = _mm_loadu_si128((const __m128i *)TWICE_E2M1), nibble = _mm_set1_epi8(15);
        __m128i pairs = _mm_loadu_si128((const __m128i *)codes);
        __m128i even = _mm_shuffle_epi8(table, _mm_and_si128(pairs, nibble));
        __m128i odd = _mm_shuffle_epi8(table, _mm_and_si128(_mm_srli_epi16(pairs, 4), nibble));
        first = _mm_unpacklo_epi8(even, odd);
        second = _mm_unpackhi_epi8(even, odd);
        scale *= .5f;
    }
    __m512 factor = _mm512_set1_ps(scale);
    _mm512_storeu_ps(out, _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(first)), factor));
    _mm512_storeu_ps(out + 16, _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(second)), factor));
}

#endif

static void read_quantized(int32_t format, const char *codes, const char *scales, int64_t first, int64_t count,
                           float *out) {
    for (int64_t start = 0; start < count; start += GROUP) {
        uint16_t stored;
        memcpy(&stored, scales + start / GROUP * 2, 2);
        float scale = half_to_float(stored);
        int64_t last = start + GROUP < count ? start + GROUP : count;
#if MARLIN_AVX512
        if (last - start == GROUP) {
            int64_t column = first + start;
            widen_group(format, codes + (format == CACHE_INT8 ? column : column / 2), scale, out + start);
            continue;
        }
#endif
        if (format == CACHE_INT8) {
            const int8_t *from = (const int8_t *)codes + first;
            for (int64_t i = start; i < last; i++) {
                out[i] = from[i] * scale;
            }
        } else {
            const uint8_t *from = (const uint8_t *)codes + first / 2;
            for (int64_t i = start; i < last; i += 2) {
                out[i] = TWICE_E2M1[from[i / 2] & 15] * (scale * .5f);
                out[i + 1] = TWICE_E2M1[from[i / 2] >> 4] * (scale * .5f);
            }
        }
    }
}

static void read_part(int32_t format, const char *row, int64_t first, int64_t count, const char *scales, float *out) {
    int64_t i = 0;
    switch (format) {
        case CACHE_F32:
            memcpy(out, row + 4 * first, count * 4);
            break;
        case CACHE_F16:
            for (; i + 16 <= count; i += 16) {
                store16(out + i, halves16(row + 2 * (first + i)));
            }
            for (; i < count; i++) {
                uint16_t half;
                memcpy(&half, row + 2 * (first + i), 2);
                out[i] = half_to_float(half);
            }
            break;
        default:
            read_quantized(format, row, scales, first, count, out);
    }
}

void marlin_cache_row(int32_t format, int64_t latent, int64_t rope, const char *row, float *latent_out,
                      float *key_out) {
    const char *scales = row + scale_offset(format, latent, rope);
    read_part(format, row, 0, latent, scales, latent_out);
    read_part(format == CACHE_FP4 ? CACHE_INT8 : format, row + key_shift(format, latent), latent, rope,
              scales + (latent + GROUP - 1) / GROUP * 2, key_out);
}

// Rows first .. first + count, widened: latents packed for a product with kv_b_proj (or as float32 when that is not
// MMFP4), keys as float32.
EXPORT void marlin_cache_unpack(int32_t format, int64_t latent, int64_t rope, const char *rows, int64_t row_bytes,
                                int64_t count, int32_t precision, int32_t pack, char *latents,
                                int64_t latent_stride, float *keys, float *scratch) {
    void marlin_pack(const float *x, int64_t cols, int32_t precision, void *out);
    for (int64_t i = 0; i < count; i++) {
        float *wide = pack ? scratch : (float *)(latents + i * latent_stride);
        marlin_cache_row(format, latent, rope, rows + i * row_bytes, wide, keys + i * rope);
        if (pack) {
            marlin_pack(scratch, latent, precision, latents + i * latent_stride);
        }
    }
}
