#ifndef MARLIN_CACHE_H
#define MARLIN_CACHE_H

#include <stdint.h>

enum { CACHE_F32 = 0, CACHE_F16 = 1, CACHE_INT8 = 2, CACHE_FP4 = 3 };

// One row as float32: its latent and its roped key.
void marlin_cache_row(int32_t format, int64_t latent, int64_t rope, const char *row, float *latent_out,
                      float *key_out);

#endif
