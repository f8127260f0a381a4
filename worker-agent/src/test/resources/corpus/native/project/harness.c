#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/kernel.h"

static float a[4096], b[4096];

static float next(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return (float) (*state >> 40) / (1 << 23) - 1;
}

static void fill(int size, uint64_t seed) {
    uint64_t state = seed * 0x9E3779B97F4A7C15ull + 0x632BE59BD9B4E019ull;
    for (int i = 0; i < size; i++) {
        a[i] = next(&state);
        b[i] = next(&state);
    }
}

/* Without challenges it checks itself on inputs that everybody knows. */
static int check(FILE *metrics) {
    int checks = 0;
    for (int size = 4; size <= 64; size *= 2) {
        fill(size, 7);
        double expected = 0;
        for (int i = 0; i < size; i++) {
            expected += (double) a[i] * b[i];
        }
        if (!(fabs(dot(a, b, size) - expected) <= 1e-3)) {
            fprintf(stderr, "dot %d is wrong\n", size);
            return 1;
        }
        checks++;
    }
    fprintf(metrics, "{\"counters\": {\"checks\": %d}}\n", checks);
    return 0;
}

int main(void) {
    FILE *metrics = fopen(getenv("HENG_METRICS"), "w");
    char *lines = getenv("HENG_CHALLENGES");
    if (lines == NULL) {
        return check(metrics);
    }
    const char *separator = "{\"answers\": [";
    for (char *line = strtok(lines, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        int size;
        unsigned long long seed;
        sscanf(line, "dot %d %llu", &size, &seed);
        fill(size, seed);
        fprintf(metrics, "%s{\"values\": [%.9g]}", separator, dot(a, b, size));
        separator = ",";
    }
    fprintf(metrics, "]}\n");
    return fclose(metrics);
}
