// What a kernel's source declares, and Apple's rules on it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "include/kernel_abi.h"

namespace softmetal {
struct Declared {
    std::string type, name;
    int kind, index;
    bool isConst, isReference;
    std::string attribute;   // of a BUILTIN
};
struct DeclaredKernel {
    std::string name;
    uint32_t maxThreads;
    std::vector<Declared> parameters;
};

// Throws with the compiler's words when a kernel's parameters break a rule.
void checkRules(const std::vector<DeclaredKernel>& kernels);

// Of each kernel the function constants that it or a function it calls mentions, whichever branch would remain: index and
// name. Without comments in the source.
std::map<std::string, std::map<int, std::string>> constantsOf(const std::string& source,
    const std::vector<DeclaredKernel>& kernels, const std::map<std::string, int>& constants);
}
