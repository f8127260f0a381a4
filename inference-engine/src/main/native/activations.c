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
