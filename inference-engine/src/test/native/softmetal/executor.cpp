// Threadgroups as fibers. Each thread of a threadgroup is a fiber with its own stack; a fiber runs until it meets a barrier
// or a simdgroup operation, which complete when all that must take part have come.
#include "executor.h"
#include "runtime.h"

#include <cstdlib>
#include <cstring>
#include <sys/mman.h>

extern "C" void softmetal_switch(void** save, void* next);

namespace softmetal {
namespace {
constexpr size_t STACK = 128 * 1024;
constexpr uint32_t MAX_THREADS = 1024;

enum State { READY, AT_SIMD, AT_BARRIER, DONE };

struct Fiber {
    void* stackPointer;
    char* stack;
    State state;
    int operation;
    uint32_t value, other, result;
    const MatrixOperands* matrix;
    const void* site;
    Position position;
    Invocation invocation;
    const Kernel* kernel;
};

Fiber fibers[MAX_THREADS];
Fiber* current = nullptr;
void* schedulerStack = nullptr;
// Memory of `threadgroup` arrays, each between stretches of nobody's memory.
constexpr size_t THREADGROUP_MEMORY = 32 * 1024;
constexpr size_t GAP = 4096;
alignas(4096) char threadgroupMemory[64 * (GAP + THREADGROUP_MEMORY)];
struct ThreadgroupArray { int id; char* memory; uint32_t bytes; };
std::vector<ThreadgroupArray> arrays;

void fiberMain() {
    Fiber* self = current;
    self->kernel->entry(self->invocation);
    self->state = DONE;
    softmetal_switch(&self->stackPointer, schedulerStack);
    std::abort();   // a finished fiber is never resumed
}

// Lays out a fresh stack so that the first switch to it enters fiberMain.
void prepare(Fiber& fiber) {
    if (fiber.stack == nullptr) {
        fiber.stack = static_cast<char*>(mmap(nullptr, STACK, PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    }
    void** top = reinterpret_cast<void**>(fiber.stack + STACK - 64);
#if defined(__x86_64__)
    *--top = nullptr;                                   // keeps the stack aligned as after a call
    *--top = reinterpret_cast<void*>(fiberMain);
    for (int saved = 0; saved < 6; saved++) *--top = nullptr;
#else
    top -= 20;
    std::memset(top, 0, 160);
    top[11] = reinterpret_cast<void*>(fiberMain);       // x30
#endif
    fiber.stackPointer = top;
    fiber.state = READY;
}

void resume(Fiber& fiber) {
    current = &fiber;
    checks.where.thread = static_cast<uint16_t>(fiber.position.index);
    checks.stackBegin = reinterpret_cast<uintptr_t>(fiber.stack);
    checks.stackEnd = checks.stackBegin + STACK;
    softmetal_switch(&schedulerStack, fiber.stackPointer);
}

void pause(State state) {
    Fiber* self = current;
    self->state = state;
    softmetal_switch(&self->stackPointer, schedulerStack);
}

float asFloat(uint32_t bits) {
    float value;
    std::memcpy(&value, &bits, 4);
    return value;
}

uint32_t asBits(float value) {
    uint32_t bits;
    std::memcpy(&bits, &value, 4);
    return bits;
}

uint32_t reduce(int operation, uint32_t a, uint32_t b) {
    float x = asFloat(a), y = asFloat(b);
    int32_t i = static_cast<int32_t>(a), j = static_cast<int32_t>(b);
    switch (operation) {
        case SUM_FLOAT: return asBits(x + y);
        case MAX_FLOAT: return asBits(x < y ? y : x);
        case MIN_FLOAT: return asBits(y < x ? y : x);
        case SUM_INT: return a + b;
        case MAX_INT: return i < j ? b : a;
        case MIN_INT: return j < i ? b : a;
        case MAX_UINT: return a < b ? b : a;
        case MIN_UINT: return b < a ? b : a;
        default: return a | b;   // BALLOT
    }
}

void multiply(Fiber* lanes, uint32_t count) {
    if (count != 32) {
        violation(here() + ": simdgroup matrix in a simdgroup of " + std::to_string(count) + " threads");
        return;
    }
    float a[8][8], b[8][8];
    for (int lane = 0; lane < 32; lane++) {
        for (int e = 0; e < 2; e++) {
            a[lane / 4][lane % 4 * 2 + e] = lanes[lane].matrix->a[e];
            b[lane / 4][lane % 4 * 2 + e] = lanes[lane].matrix->b[e];
        }
    }
    for (int lane = 0; lane < 32; lane++) {
        for (int e = 0; e < 2; e++) {
            float sum = lanes[lane].matrix->c[e];
            for (int k = 0; k < 8; k++) sum += a[lane / 4][k] * b[k][lane % 4 * 2 + e];
            lanes[lane].matrix->d[e] = sum;
        }
    }
}

// All lanes have come to the operation: works out every lane's result.
void complete(Fiber* lanes, uint32_t count) {
    int operation = lanes[0].operation;
    switch (operation) {
        case SIMD_BARRIER:
            break;
        case MATRIX_MULTIPLY:
            multiply(lanes, count);
            break;
        case SHUFFLE:
        case SHUFFLE_XOR:
        case SHUFFLE_DOWN:
            for (uint32_t lane = 0; lane < count; lane++) {
                uint32_t other = lanes[lane].other;
                uint32_t source = operation == SHUFFLE ? other : operation == SHUFFLE_XOR ? lane ^ other : lane + other;
                if (source >= count && operation == SHUFFLE) {
                    violation(here() + ": shuffle from lane " + std::to_string(source));
                }
                lanes[lane].result = lanes[source < count ? source : lane].value;
            }
            break;
        case PREFIX_SUM_INT: {
            uint32_t sum = 0;
            for (uint32_t lane = 0; lane < count; lane++) {
                lanes[lane].result = sum;
                sum += lanes[lane].value;
            }
            break;
        }
        default: {
            uint32_t total = lanes[0].value;
            for (uint32_t lane = 1; lane < count; lane++) total = reduce(operation, total, lanes[lane].value);
            for (uint32_t lane = 0; lane < count; lane++) lanes[lane].result = total;
        }
    }
}

// Runs one simdgroup until all its lanes wait at a threadgroup barrier or are done. False: the program is wrong.
bool runSimdgroup(Fiber* lanes, uint32_t count) {
    while (true) {
        uint32_t atSimd = 0, done = 0;
        for (uint32_t lane = 0; lane < count; lane++) {
            if (lanes[lane].state == READY) resume(lanes[lane]);
            atSimd += lanes[lane].state == AT_SIMD;
            done += lanes[lane].state == DONE;
        }
        if (atSimd == 0) return true;
        if (atSimd != count) {
            violation(here() + ": simdgroup operation reached by " + std::to_string(atSimd) + " of "
                + std::to_string(count) + " lanes" + (done ? " (others had returned)" : ""));
            return false;
        }
        for (uint32_t lane = 1; lane < count; lane++) {
            if (lanes[lane].site != lanes[0].site || lanes[lane].operation != lanes[0].operation) {
                violation(here() + ": lanes of one simdgroup wait at different simdgroup operations");
                return false;
            }
        }
        complete(lanes, count);
        if (lanes[0].operation == SIMD_BARRIER) checks.where.simdBarrier++;
        for (uint32_t lane = 0; lane < count; lane++) lanes[lane].state = READY;
    }
}

bool runThreadgroup(uint32_t threads) {
    // Barriers of a simdgroup count on from one phase to the next, so that no two phases look alike.
    std::vector<uint16_t> simdBarriers((threads + 31) / 32, 0);
    while (true) {
        for (uint32_t first = 0; first < threads; first += 32) {
            checks.where.simdBarrier = simdBarriers[first / 32];
            if (!runSimdgroup(fibers + first, std::min(32u, threads - first))) return false;
            simdBarriers[first / 32] = checks.where.simdBarrier;
        }
        uint32_t waiting = 0;
        for (uint32_t thread = 0; thread < threads; thread++) waiting += fibers[thread].state == AT_BARRIER;
        if (waiting == 0) return true;
        if (waiting != threads) {
            violation(here() + ": threadgroup barrier reached by " + std::to_string(waiting) + " of "
                + std::to_string(threads) + " threads");
            return false;
        }
        for (uint32_t thread = 0; thread < threads; thread++) {
            if (fibers[thread].site != fibers[0].site) {
                violation(here() + ": threads of one threadgroup wait at different barriers");
                return false;
            }
            fibers[thread].state = READY;
        }
        checks.where.barrier++;
    }
}

char* addArray(int id, uint32_t bytes, const std::string& name) {
    size_t total = bytes;
    for (const auto& array : arrays) total += array.bytes;
    if (total > THREADGROUP_MEMORY) {
        violation(here() + ": " + std::to_string(total) + " bytes of threadgroup memory, at most "
            + std::to_string(THREADGROUP_MEMORY));
    }
    char* memory = threadgroupMemory + GAP;
    if (!arrays.empty()) {
        memory = arrays.back().memory + (arrays.back().bytes + GAP + 15) / 16 * 16;
    }
    arrays.push_back({id, memory, bytes});
    uintptr_t begin = reinterpret_cast<uintptr_t>(memory);
    checks.threadgroup.push_back({begin, begin + bytes, true, true, true, begin, name});
    return memory;
}

bool runOne(Dispatch& dispatch, const uint32_t group[3]) {
    for (const Region& region : checks.threadgroup) {
        fillPattern(reinterpret_cast<void*>(region.begin), region.end - region.begin, region.begin);
    }
    beginThreadgroupChecks();
    for (uint32_t thread = 0; thread < dispatch.threads; thread++) {
        Fiber& fiber = fibers[thread];
        prepare(fiber);
        fiber.kernel = dispatch.kernel;
        fiber.invocation = dispatch.invocation;
        fiber.invocation.position = &fiber.position;
        Position& position = fiber.position;
        std::memcpy(position.group, group, sizeof(position.group));
        std::memcpy(position.groups, dispatch.groups, sizeof(position.groups));
        position.index = thread;
        position.threads = dispatch.threads;
        position.lane = thread % 32;
        position.simdgroup = thread / 32;
        position.simdgroups = (dispatch.threads + 31) / 32;
    }
    return runThreadgroup(dispatch.threads);
}

// Threadgroups are numbered on within an epoch, so that those of two concurrent dispatches differ.
uint32_t numberedEpoch = 0, nextGroup = 0;
}

bool execute(Dispatch& dispatch) {
    if (dispatch.epoch != numberedEpoch) {
        numberedEpoch = dispatch.epoch;
        nextGroup = 0;
    }
    beginChecks(dispatch, nextGroup);
    arrays.clear();
    checks.threadgroup.clear();
    for (size_t index = 0; index < dispatch.threadgroupBytes.size(); index++) {
        if (dispatch.threadgroupBytes[index] > 0) {
            dispatch.invocation.threadgroup[index] = addArray(-1 - static_cast<int>(index),
                dispatch.threadgroupBytes[index], "threadgroup(" + std::to_string(index) + ")");
        }
    }
    uint32_t group[3];
    for (group[2] = 0; group[2] < dispatch.groups[2]; group[2]++) {
        for (group[1] = 0; group[1] < dispatch.groups[1]; group[1]++) {
            for (group[0] = 0; group[0] < dispatch.groups[0]; group[0]++) {
                checks.where = {dispatch.epoch, nextGroup++, 0, 0, 0};
                if (!runOne(dispatch, group)) return false;
            }
        }
    }
    return true;
}
}

using namespace softmetal;

extern "C" {
uint32_t softmetal_simd(int operation, uint32_t value, uint32_t other, const void* site) {
    Fiber* self = current;
    self->operation = operation;
    self->value = value;
    self->other = other;
    self->site = site;
    pause(AT_SIMD);
    return self->result;
}

void softmetal_matrix(const MatrixOperands* operands, const void* site) {
    current->matrix = operands;
    softmetal_simd(MATRIX_MULTIPLY, 0, 0, site);
}

void softmetal_barrier(int, const void* site) {
    current->site = site;
    pause(AT_BARRIER);
}

uint32_t softmetal_lane() { return current->position.lane; }

void* softmetal_threadgroup_array(int id, uint32_t bytes) {
    for (const auto& array : arrays) {
        if (array.id == id) return array.memory;
    }
    char* memory = addArray(id, bytes, "threadgroup array " + std::to_string(id));
    fillPattern(memory, bytes, reinterpret_cast<uintptr_t>(memory));
    forgetShadow(reinterpret_cast<uintptr_t>(memory), reinterpret_cast<uintptr_t>(memory) + bytes);
    return memory;
}
}
