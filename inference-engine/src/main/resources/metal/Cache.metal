// The KV cache: how a row of latent and roped key is stored, and the rotation of the key (backend.CacheLayout).

enum : uint { CACHE_F32 = 0, CACHE_F16 = 1, CACHE_INT8 = 2, CACHE_FP4 = 3, CACHE_GROUP = 32 };

// Slots of Control.java.
enum : uint { CONTROL_POSITION = 0, CONTROL_CHOSEN = 1 };

// Where things lie in a row of the cache.
struct CacheArguments {
    uint latent;
    uint rope;
    uint rowBytes;
    uint scaleOffset;
    uint latentScales;
    uint capacity;
};

inline uint encode_e2m1(float value) {
    float magnitude = fabs(value);
    uint code = magnitude <= 0.25f ? 0 : magnitude < 0.75f ? 1 : magnitude <= 1.25f ? 2 : magnitude < 1.75f ? 3
        : magnitude <= 2.5f ? 4 : magnitude < 3.5f ? 5 : magnitude <= 5.0f ? 6 : 7;
    return code | (as_type<uint>(value) >> 31 << 3);
}

inline float decode_e2m1(uint code) {
    return float(as_type<half>(ushort((code & 7) << 9 | (code & 8) << 12))) * CODE_SCALE;
}

// Where the code of a column lies that has a whole byte.
inline uint byte_offset(constant CacheArguments& layout, uint column) {
    return CACHE_FORMAT == CACHE_FP4 ? layout.latent / 2 + column - layout.latent : column;
}

// Stores one group of a row: lane i holds the value of column first + i, lanes from `count` on hold nothing. All lanes of
// the simdgroup take part.
inline void store_group(device uchar* row, constant CacheArguments& layout, uint first, uint count, uint scaleIndex,
        float value, uint lane) {
    bool active = lane < count;
    uint column = first + lane;
    if (CACHE_FORMAT == CACHE_F32) {
        if (active) {
            ((device float*) row)[column] = value;
        }
    } else if (CACHE_FORMAT == CACHE_F16) {
        if (active) {
            ((device half*) row)[column] = half(value);
        }
    } else {
        // The key has bytes even where the latent has four bits.
        bool bytes = CACHE_FORMAT == CACHE_INT8 || first >= layout.latent;
        float largest = simd_max(active ? fabs(value) : 0.0f);
        float stored = float(half(largest / (bytes ? 127.0f : 6.0f)));
        float inverse = stored == 0.0f ? 0.0f : 1.0f / stored;
        if (lane == 0) {
            ((device half*) (row + layout.scaleOffset))[scaleIndex] = half(stored);
        }
        if (bytes) {
            if (active) {
                row[byte_offset(layout, column)] = uchar(uint(int(clamp(floor(value * inverse + 0.5f), -127.0f, 127.0f))) & 255);
            }
        } else {
            uint code = encode_e2m1(value * inverse);
            uint next = simd_shuffle_down(code, 1);
            if (active && lane % 2 == 0) {
                row[column / 2] = uchar(code | next << 4);
            }
        }
    }
}

// The value of one column of a stored row.
inline float load_cached(device const uchar* row, constant CacheArguments& layout, uint column) {
    if (CACHE_FORMAT == CACHE_F32) {
        return ((device const float*) row)[column];
    }
    if (CACHE_FORMAT == CACHE_F16) {
        return float(((device const half*) row)[column]);
    }
    uint scaleIndex = column < layout.latent ? column / CACHE_GROUP
        : layout.latentScales + (column - layout.latent) / CACHE_GROUP;
    float scale = float(((device const half*) (row + layout.scaleOffset))[scaleIndex]);
    if (CACHE_FORMAT == CACHE_INT8 || column >= layout.latent) {
        return float(int(as_type<char>(row[byte_offset(layout, column)]))) * scale;
    }
    return decode_e2m1(uint(row[column / 2]) >> (column % 2 * 4)) * scale;
}

// Value number i of a rotary part after the rotation of `position`. `values` is the part before it.
inline float rotated(device const float* values, uint i, uint width, bool interleaved, device const float* frequencies,
        uint position) {
    uint pair = interleaved ? i / 2 : i % (width / 2);
    bool second = interleaved ? i % 2 == 1 : i >= width / 2;
    uint partner = interleaved ? (i ^ 1) : second ? i - width / 2 : i + width / 2;
    float angle = float(position) * frequencies[pair];
    float cosine = precise::cos(angle);
    float sine = precise::sin(angle);
    return second ? values[i] * cosine + values[partner] * sine : values[i] * cosine - values[partner] * sine;
}
