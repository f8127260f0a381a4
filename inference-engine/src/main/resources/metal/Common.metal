// What all kernels share: function constants, sizes, and how a matrix of weights is read.
//
// Rules for everything in this folder (docs/metal.md says why): sums are float; parameters of inline functions are float,
// uint or pointers, never half; simdgroup matrices are kept in arrays of one dimension; a function has one definition.
#include <metal_stdlib>
using namespace metal;

// Each pipeline is compiled for one value of these (FunctionConstant.java); branches on them cost nothing.
constant uint WEIGHT_FORMAT [[function_constant(0)]];
constant uint GROUP_SIZE [[function_constant(1)]];
constant uint CACHE_FORMAT [[function_constant(2)]];
constant uint TOKENS [[function_constant(3)]];

enum : uint { WEIGHT_F32 = 0, WEIGHT_F16 = 1, WEIGHT_BF16 = 2, WEIGHT_MMFP4 = 3 };

enum : uint {
    SIMD_WIDTH = 32,
    // Rows of a matrix that one simdgroup multiplies at a time: independent loads to hide the memory's latency.
    ROWS = 4,
    // Most tokens that a matrix-vector kernel takes; more go through the tiled kernels.
    MAX_TOKENS = 4
};

// The exponent that the bit trick of decode_word leaves out.
#define CODE_SCALE 16384.0f

// Eight E2M1 codes of a word, as float times 2^-14: the three low bits of a nibble are the top of a half's exponent and
// mantissa, the fourth its sign.
inline void decode_word(uint word, thread float* values) {
    for (uint pair = 0; pair < 4; pair++) {
        uint bits = word >> (4 * pair);
        half2 both = as_type<half2>(((bits & 0x00070007u) << 9) | ((bits & 0x00080008u) << 12));
        values[pair] = float(both.x);
        values[pair + 4] = float(both.y);
    }
}

// One element of a matrix of a float type.
inline float load_element(device const uint* codes, ulong index) {
    if (WEIGHT_FORMAT == WEIGHT_F32) {
        return ((device const float*) codes)[index];
    }
    if (WEIGHT_FORMAT == WEIGHT_F16) {
        return float(((device const half*) codes)[index]);
    }
    return as_type<float>(uint(((device const ushort*) codes)[index]) << 16);
}

// Eight consecutive values of a row, from a column that is a multiple of 8; zeros beyond the last column.
inline void load_eight(device const uint* codes, device const half* scales, ulong row, uint column, uint columns,
        thread float* values) {
    if (WEIGHT_FORMAT == WEIGHT_MMFP4) {
        decode_word(codes[row * (columns / 8) + column / 8], values);
        float scale = float(scales[row * (columns / GROUP_SIZE) + column / GROUP_SIZE]) * CODE_SCALE;
        for (uint i = 0; i < 8; i++) {
            values[i] *= scale;
        }
    } else {
        for (uint i = 0; i < 8; i++) {
            values[i] = column + i < columns ? load_element(codes, row * columns + column + i) : 0.0f;
        }
    }
}

inline float silu(float x) {
    return x / (1.0f + precise::exp(-x));
}
