// What Apple's compiler refuses and a C++ compiler takes: rules of the Metal Shading Language Specification on kernels'
// parameters (section 5.2), and which function constants a kernel needs (5.9). The words are Apple's where they are known.
#include "rules.h"

#include <algorithm>
#include <regex>
#include <stdexcept>

namespace softmetal {
namespace {
// Of one kernel, all of these are scalars, or all are vectors of as many components.
const std::set<std::string> POSITIONS = {"thread_position_in_grid", "threads_per_grid", "thread_position_in_threadgroup",
    "threads_per_threadgroup", "threadgroup_position_in_grid", "threadgroups_per_grid", "dispatch_threads_per_threadgroup"};

void checkPositions(const DeclaredKernel& kernel) {
    const Declared* first = nullptr;
    for (const Declared& parameter : kernel.parameters) {
        if (POSITIONS.count(parameter.attribute) == 0) continue;
        if (first != nullptr && first->type != parameter.type) {
            throw std::runtime_error("error: expecting input declarations with either all scalar types or all vector types"
                " with the same number of elements\nkernel void " + kernel.name + "\nnote: " + first->type + " "
                + first->name + " [[" + first->attribute + "]] and " + parameter.type + " " + parameter.name + " [["
                + parameter.attribute + "]]");
        }
        first = &parameter;
    }
}

void checkParameters(const DeclaredKernel& kernel) {
    std::set<int> taken;
    static const std::set<std::string> integers = {"uint", "ushort", "uint2", "ushort2", "uint3", "ushort3"};
    for (const Declared& parameter : kernel.parameters) {
        std::string place = "error: kernel " + kernel.name + ", parameter " + parameter.name + ": ";
        if (parameter.kind == BUFFER) {
            if (parameter.index > 30) throw std::runtime_error(place + "'buffer' attribute parameter is out of bounds: 0 to 30");
            if (!taken.insert(parameter.index).second) throw std::runtime_error(place + "buffer index is used twice");
        } else if (parameter.kind == BUILTIN) {
            bool scalar = POSITIONS.count(parameter.attribute) == 0;
            if (integers.count(parameter.type) == 0 || (scalar && parameter.type.back() != 't')) {
                throw std::runtime_error(place + "invalid type '" + parameter.type + "' for attribute '"
                    + parameter.attribute + "'");
            }
        }
    }
}

struct Body { std::string head, text; };

// Every function of the source, by name: what stands between the braces at the outermost level.
std::map<std::string, Body> functionsOf(const std::string& source) {
    static const std::regex name(R"((\w+)\s*\()"), attribute(R"(\[\[[^\]]*\]\])");
    std::map<std::string, Body> result;
    size_t begin = 0, open = 0;
    int depth = 0;
    for (size_t at = 0; at < source.size(); at++) {
        if (source[at] == '{' && depth++ == 0) open = at;
        if (source[at] == ';' && depth == 0) begin = at + 1;
        if (source[at] == '}' && --depth == 0) {
            std::string head = std::regex_replace(source.substr(begin, open - begin), attribute, "");
            std::smatch match;
            if (std::regex_search(head, match, name)) {
                Body& body = result[match[1]];
                body.head += head;
                body.text += source.substr(open, at - open);
            }
            begin = at + 1;
        }
    }
    return result;
}
}

void checkRules(const std::vector<DeclaredKernel>& kernels) {
    for (const DeclaredKernel& kernel : kernels) {
        checkPositions(kernel);
        checkParameters(kernel);
    }
}

std::map<std::string, std::map<int, std::string>> constantsOf(const std::string& source,
        const std::vector<DeclaredKernel>& kernels, const std::map<std::string, int>& constants) {
    static const std::regex word(R"([A-Za-z_]\w*)");
    std::map<std::string, Body> functions = functionsOf(source);
    std::map<std::string, std::map<int, std::string>> result;
    for (const DeclaredKernel& kernel : kernels) {
        std::vector<std::string> left{kernel.name};
        std::set<std::string> seen{kernel.name};
        auto& needed = result[kernel.name];
        while (!left.empty()) {
            const std::string text = functions[left.back()].text;
            left.pop_back();
            for (std::sregex_iterator at(text.begin(), text.end(), word), end; at != end; ++at) {
                auto constant = constants.find(at->str());
                if (constant != constants.end()) needed[constant->second] = constant->first;
                if (functions.count(at->str()) && seen.insert(at->str()).second) left.push_back(at->str());
            }
        }
    }
    return result;
}
}
