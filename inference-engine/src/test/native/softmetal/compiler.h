// From Metal Shading Language to a loaded library of checked kernels.
#pragma once

#include "include/kernel_abi.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace softmetal {
struct CompiledLibrary {
    std::map<std::string, const Kernel*> kernels;
    std::vector<const FunctionConstant*> constants;
};

// Compiles the source, or finds the result of an earlier compilation of the same. Null with the compiler's words in
// `error` when it does not compile.
std::shared_ptr<CompiledLibrary> compile(const std::string& source, std::string& error);

// The C++ text made of a Metal source; exported for the tests.
std::string translate(const std::string& source);
}
