// Running dispatches: what the Metal classes hand over, and what the memory checks ask of the executor.
#pragma once

#include "include/kernel_abi.h"

#include <cstdint>
#include <string>
#include <vector>

namespace softmetal {
// A stretch of memory a dispatch may touch.
struct Region {
    uintptr_t begin, end;
    bool writable;
    // Some dispatch has written the buffer, so that reads take part in the search for races.
    bool tracked;
    // Fresh memory carries a pattern until somebody writes it; a read that finds the pattern is reported.
    bool patterned;
    uintptr_t patternBase;
    std::string name;
};

struct Dispatch {
    const Kernel* kernel;
    std::string label;
    Invocation invocation;
    std::vector<uint32_t> threadgroupBytes;
    std::vector<Region> regions;
    uint32_t groups[3];
    uint32_t threads;
    // Dispatches of one epoch may run at the same time; a barrier or a serial encoder starts the next.
    uint32_t epoch;
};

// Runs all threadgroups. False when it had to give up (the violation is noted).
bool execute(Dispatch& dispatch);

// Opens the library of a compiled kernel to reads of its constants.
void addImage(uintptr_t begin, uintptr_t end);

// --- between executor and memory checks ------------------------------------------------------------------------------

struct Where { uint32_t epoch, group; uint16_t thread, barrier, simdBarrier; };

struct Checks {
    const Dispatch* dispatch = nullptr;
    Where where{};
    uintptr_t stackBegin = 0, stackEnd = 0;
    std::vector<Region> threadgroup;   // arrays of the running threadgroup
};
extern Checks checks;

void beginChecks(const Dispatch& dispatch, uint32_t firstGroup);
void beginThreadgroupChecks();
void fillPattern(void* memory, size_t bytes, uintptr_t base);
void forgetShadow(uintptr_t begin, uintptr_t end);
std::string here();
}
