// What a compiled kernel and the soft Metal know of each other. Included by both.
#pragma once

#include <cstdint>

namespace softmetal {
// Where one thread of a dispatch stands.
struct Position {
    uint32_t group[3], groups[3], index, threads, lane, simdgroup, simdgroups;
};

struct Invocation {
    void* buffers[31];
    void* threadgroup[8];
    const Position* position;
};

enum ParameterKind { BUFFER = 0, THREADGROUP = 1, BUILTIN = 2 };

// One parameter of a kernel as its source declares it.
struct Parameter {
    const char* name;
    int kind;
    int index;
    bool isConst;      // the kernel may only read through it
    bool isReference;  // `constant Struct&`
    uint32_t elementBytes;
};

struct Kernel {
    const char* name;
    void (*entry)(const Invocation&);
    const Parameter* parameters;
    int parameterCount;
    uint32_t maxThreads;     // [[max_total_threads_per_threadgroup]]
    const int* constants;    // indices of the function constants it needs, then -1
};

struct FunctionConstant {
    const char* name;
    int index;
    uint32_t* value;
};

enum SimdOperation {
    SUM_FLOAT, MAX_FLOAT, MIN_FLOAT, SUM_INT, MAX_INT, MIN_INT, MAX_UINT, MIN_UINT, PREFIX_SUM_INT,
    SHUFFLE, SHUFFLE_XOR, SHUFFLE_DOWN, BALLOT, MATRIX_MULTIPLY, SIMD_BARRIER
};

struct MatrixOperands { float* d; const float* a; const float* b; const float* c; };
}

extern "C" {
// Waits for the other lanes of the simdgroup, then answers this lane's result. Values travel as their 32 bits.
uint32_t softmetal_simd(int operation, uint32_t value, uint32_t other, const void* site);
void softmetal_matrix(const softmetal::MatrixOperands* operands, const void* site);
void softmetal_barrier(int flags, const void* site);
// The threadgroup's memory behind a `threadgroup` array declared in a kernel; the same for all of its threads.
void* softmetal_threadgroup_array(int id, uint32_t bytes);
}
