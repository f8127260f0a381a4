// A softmax over scores that arrive in blocks: what was summed so far is rescaled when a larger score comes.
#ifndef MARLIN_SOFTMAX_H
#define MARLIN_SOFTMAX_H

#include "marlin_simd.h"

typedef struct { float largest; float sum; } Softmax;

INLINE Softmax softmax_start(void) {
    return (Softmax){-INFINITY, 0};
}

// e^x for |x| below 87, relative error below 3e-7: x = n ln 2 + r, a polynomial in r, scaled by 2^n.
INLINE v16f exp16(v16f x) {
    v16i over = x > 87.f, under = x < -87.f;
    x = (v16f)((over & (v16i)splat16(87.f)) | (~over & (v16i)x));
    x = (v16f)((under & (v16i)splat16(-87.f)) | (~under & (v16i)x));
    // Adding 1.5 * 2^23 rounds to an integer and leaves it in the low bits.
    v16f shifted = x * 1.44269504f + 12582912.f;
    v16i n = (v16i)shifted - (v16i)splat16(12582912.f);
    v16f count = shifted - 12582912.f;
    v16f r = fma16(count, splat16(-0.693359375f), x);
    r = fma16(count, splat16(2.12194440e-4f), r);
    v16f p = splat16(1.9875691500e-4f);
    p = fma16(p, r, splat16(1.3981999507e-3f));
    p = fma16(p, r, splat16(8.3334519073e-3f));
    p = fma16(p, r, splat16(4.1665795894e-2f));
    p = fma16(p, r, splat16(1.6666665459e-1f));
    p = fma16(p, r, splat16(5.0000001201e-1f));
    p = fma16(p, r * r, r) + 1.f;
    return p * (v16f)((n + 127) << 23);
}

// Turns scores[0 .. valid) into e^(score - largest so far), those from there to `count` (a multiple of 16) into 0, and
// returns the factor for what was summed before.
INLINE float softmax_step(float *scores, int count, int valid, Softmax *state) {
    float largest = state->largest;
    for (int i = 0; i < valid; i++) {
        largest = scores[i] > largest ? scores[i] : largest;
    }
    for (int i = valid; i < count; i++) {
        scores[i] = -INFINITY;
    }
    v16f total = zero16();
    for (int i = 0; i < count; i += 16) {
        v16f value = load16(scores + i);
        v16i masked = value == -INFINITY;
        value = exp16(value - largest);
        value = (v16f)(~masked & (v16i)value);
        store16(scores + i, value);
        total += value;
    }
    float rescale = state->largest == -INFINITY ? 0 : expf(state->largest - largest);
    state->sum = state->sum * rescale + sum16(total);
    state->largest = largest;
    return rescale;
}

#endif
