// Reads memory as the row kernels do, and nothing else: what is left of the time is the memory's.
#include "marlin_simd.h"

EXPORT int64_t marlin_read(const char *from, int64_t bytes) {
    typedef uint64_t v8u __attribute__((vector_size(64)));
    v8u mix[4] = {{0}, {0}, {0}, {0}};
    for (int64_t i = 0; i + 256 <= bytes; i += 256) {
        for (int k = 0; k < 4; k++) {
            v8u v;
            memcpy(&v, from + i + 64 * k, sizeof v);
            mix[k] ^= v;
        }
    }
    v8u all = (mix[0] ^ mix[1]) ^ (mix[2] ^ mix[3]);
    uint64_t result = 0;
    for (int k = 0; k < 8; k++) {
        result ^= all[k];
    }
    return (int64_t)result;
}
