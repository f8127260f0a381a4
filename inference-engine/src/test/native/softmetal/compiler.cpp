// MSL is C++ with address spaces, attributes and builtins. What C++ has no word for is rewritten here: kernels get an entry
// that unpacks their arguments, `threadgroup` arrays get their memory from the executor, function constants become
// variables. All else is the business of include/metal_stdlib.
#include "compiler.h"
#include "executor.h"
#include "rules.h"
#include "runtime.h"

#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>
#include <filesystem>
#include <fstream>
#include <link.h>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <unistd.h>

namespace softmetal {
namespace {
namespace fs = std::filesystem;

std::string strip(const std::string& text) {
    size_t begin = text.find_first_not_of(" \t\n"), end = text.find_last_not_of(" \t\n");
    return begin == std::string::npos ? "" : text.substr(begin, end - begin + 1);
}

// The values of each builtin parameter, as many as it has components. Threadgroups are of one dimension here.
const std::map<std::string, std::vector<std::string>> BUILTINS = {
    {"threadgroup_position_in_grid", {"p.group[0]", "p.group[1]", "p.group[2]"}},
    {"threadgroups_per_grid", {"p.groups[0]", "p.groups[1]", "p.groups[2]"}},
    {"thread_position_in_grid", {"p.group[0] * p.threads + p.index", "p.group[1]", "p.group[2]"}},
    {"thread_position_in_threadgroup", {"p.index", "0", "0"}}, {"threads_per_threadgroup", {"p.threads", "1", "1"}},
    {"thread_index_in_threadgroup", {"p.index"}}, {"thread_index_in_simdgroup", {"p.lane"}},
    {"simdgroup_index_in_threadgroup", {"p.simdgroup"}}, {"simdgroups_per_threadgroup", {"p.simdgroups"}}};

Declared parameterOf(const std::string& text) {
    static const std::regex form(R"(^([\s\S]*?)(\w+)\s*\[\[\s*(\w+)\s*(?:\(\s*(\d+)\s*\))?\s*\]\]$)");
    std::smatch match;
    std::string trimmed = strip(text);
    if (!std::regex_match(trimmed, match, form)) {
        throw std::runtime_error("kernel parameter without attribute: " + trimmed);
    }
    Declared result{strip(match[1]), match[2], BUILTIN, 0, false, false, ""};
    std::string attribute = match[3];
    if (attribute == "buffer" || attribute == "threadgroup") {
        result.kind = attribute == "buffer" ? BUFFER : THREADGROUP;
        result.index = std::stoi(match[4]);
        result.isConst = result.type.find("const") != std::string::npos;   // `const` or `constant`
        result.isReference = result.type.back() == '&';
        static const std::regex spaces(R"(\b(device|threadgroup|constant|const)\b|[*&])");
        std::string element = strip(std::regex_replace(result.type, spaces, ""));
        result.type = element;
    } else {
        if (BUILTINS.count(attribute) == 0) throw std::runtime_error("unknown attribute [[" + attribute + "]]");
        result.attribute = attribute;
    }
    return result;
}

std::vector<DeclaredKernel> kernelsOf(const std::string& source) {
    static const std::regex head(
        R"((?:\[\[\s*max_total_threads_per_threadgroup\((\d+)\)\s*\]\]\s*)?\bkernel\s+void\s+(\w+)\s*\()");
    std::vector<DeclaredKernel> result;
    for (std::sregex_iterator at(source.begin(), source.end(), head), end; at != end; ++at) {
        DeclaredKernel kernel{(*at)[2], (*at)[1].matched ? std::stoul((*at)[1]) : 1024u, {}};
        size_t begin = at->position() + at->length(), depth = 0, from = begin;
        for (size_t place = begin; place < source.size(); place++) {
            char letter = source[place];
            if (letter == '(' || letter == '[') depth++;
            bool last = letter == ')' && depth == 0;
            if (last || (letter == ',' && depth == 0)) {
                kernel.parameters.push_back(parameterOf(source.substr(from, place - from)));
                from = place + 1;
                if (last) break;
            }
            if (letter == ')' || letter == ']') depth--;
        }
        result.push_back(kernel);
    }
    return result;
}

std::string withoutComments(const std::string& source) {
    // Keeps the lines, so that the compiler's messages point at the source.
    static const std::regex comment(R"(//[^\n]*)");
    return std::regex_replace(source, comment, "");
}

std::string builtinOf(const Declared& parameter) {
    const std::vector<std::string>& values = BUILTINS.at(parameter.attribute);
    size_t count = parameter.type.back() == '3' ? 3 : parameter.type.back() == '2' ? 2 : 1;
    std::string text = parameter.type + "(" + values[0];
    for (size_t component = 1; component < count; component++) text += ", " + values[component];
    return text + ")";
}

void writeEntry(std::ostream& out, const DeclaredKernel& kernel) {
    out << "__attribute__((no_sanitize_thread)) static void entry_" << kernel.name << "(const softmetal::Invocation& i) {\n"
        << "    [[maybe_unused]] const softmetal::Position& p = *i.position;\n    " << kernel.name << "(";
    const char* separator = "";
    for (const Declared& parameter : kernel.parameters) {
        out << separator;
        separator = ",\n        ";
        if (parameter.kind == BUILTIN) {
            out << builtinOf(parameter);
        } else {
            out << (parameter.isReference ? "*" : "") << "static_cast<" << (parameter.isConst ? "const " : "")
                << parameter.type << "*>(i." << (parameter.kind == BUFFER ? "buffers[" : "threadgroup[")
                << parameter.index << "])";
        }
    }
    out << ");\n}\nstatic const softmetal::Parameter parameters_" << kernel.name << "[] = {\n";
    for (const Declared& parameter : kernel.parameters) {
        out << "    {\"" << parameter.name << "\", " << parameter.kind << ", " << parameter.index << ", "
            << parameter.isConst << ", " << parameter.isReference << ", sizeof(" << parameter.type << ")},\n";
    }
    out << "};\n";
}

std::string replaceThreadgroupArrays(const std::string& source) {
    // `    threadgroup float tile[8][33];` inside a kernel.
    static const std::regex array(R"((^|[;{}\n])(\s*)threadgroup\s+(\w+)\s+(\w+)((?:\s*\[[^\]]+\])+)\s*;)");
    std::string result;
    size_t from = 0;
    int id = 0;
    for (std::sregex_iterator at(source.begin(), source.end(), array), end; at != end; ++at) {
        const std::smatch& match = *at;
        result += source.substr(from, match.position() - from) + match[1].str() + match[2].str();
        std::string type = match[3].str() + match[5].str(), pointer = match[3].str() + "(*)" + match[5].str();
        result += match[3].str() + " (&" + match[4].str() + ")" + match[5].str() + " = *reinterpret_cast<" + pointer
            + ">(softmetal_threadgroup_array(" + std::to_string(id++) + ", sizeof(" + type + ")));";
        from = match.position() + match.length();
    }
    return result + source.substr(from);
}

std::string libraryFolder() {
    Dl_info info;
    dladdr(reinterpret_cast<void*>(&libraryFolder), &info);
    return fs::absolute(info.dli_fname).parent_path();
}

std::string run(const std::string& command, bool& ok) {
    std::string output;
    FILE* pipe = popen(("( " + command + " ) 2>&1").c_str(), "r");
    char part[4096];
    while (size_t count = std::fread(part, 1, sizeof(part), pipe)) output.append(part, count);
    ok = pclose(pipe) == 0;
    return output;
}

std::shared_ptr<CompiledLibrary> load(const std::string& file, std::string& error) {
    void* handle = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) {
        error = dlerror();
        return nullptr;
    }
    auto result = std::make_shared<CompiledLibrary>();
    auto kernels = static_cast<const Kernel*>(dlsym(handle, "softmetal_kernels"));
    for (const Kernel* kernel = kernels; kernel->name != nullptr; kernel++) result->kernels[kernel->name] = kernel;
    auto constants = static_cast<const FunctionConstant*>(dlsym(handle, "softmetal_constants"));
    for (const FunctionConstant* one = constants; one->name != nullptr; one++) result->constants.push_back(one);
    link_map* map = nullptr;
    dlinfo(handle, RTLD_DI_LINKMAP, &map);
    dl_iterate_phdr([](dl_phdr_info* info, size_t, void* wanted) {
        if (info->dlpi_addr == reinterpret_cast<link_map*>(wanted)->l_addr) {
            for (int i = 0; i < info->dlpi_phnum; i++) {
                const auto& header = info->dlpi_phdr[i];
                if (header.p_type == PT_LOAD) {
                    addImage(info->dlpi_addr + header.p_vaddr, info->dlpi_addr + header.p_vaddr + header.p_memsz);
                }
            }
        }
        return 0;
    }, map);
    return result;
}
}

std::string translate(const std::string& original) {
    std::string source = withoutComments(original);
    std::vector<DeclaredKernel> kernels = kernelsOf(source);
    checkRules(kernels);
    static const std::regex constant(R"(constant\s+uint\s+(\w+)\s*\[\[\s*function_constant\(\s*(\d+)\s*\)\s*\]\]\s*;)");
    std::ostringstream out, table, needs;
    std::map<std::string, int> constants;
    for (std::sregex_iterator at(source.begin(), source.end(), constant), end; at != end; ++at) {
        table << "    {\"" << (*at)[1] << "\", " << (*at)[2] << ", &" << (*at)[1] << "},\n";
        constants[(*at)[1]] = std::stoi((*at)[2]);
    }
    for (const auto& [kernel, needed] : constantsOf(source, kernels, constants)) {
        needs << "static const int needs_" << kernel << "[] = {";
        for (const auto& [index, name] : needed) needs << index << ", ";
        needs << "-1};\n";
    }
    // A constant nobody set must not pass for 0.
    source = std::regex_replace(source, constant, "static uint $1 = 0xdeadbeefu;");
    out << replaceThreadgroupArrays(source) << "\n#line 1 \"entries\"\n";
    for (const DeclaredKernel& kernel : kernels) writeEntry(out, kernel);
    out << "extern \"C\" { extern const softmetal::Kernel softmetal_kernels[]; "
        << "extern const softmetal::FunctionConstant softmetal_constants[]; }\n"
        << needs.str() << "const softmetal::Kernel softmetal_kernels[] = {\n";
    for (const DeclaredKernel& kernel : kernels) {
        out << "    {\"" << kernel.name << "\", entry_" << kernel.name << ", parameters_" << kernel.name << ", "
            << kernel.parameters.size() << ", " << kernel.maxThreads << ", needs_" << kernel.name << "},\n";
    }
    out << "    {}};\nconst softmetal::FunctionConstant softmetal_constants[] = {\n" << table.str() << "    {}};\n";
    return out.str();
}

std::shared_ptr<CompiledLibrary> compile(const std::string& source, std::string& error) {
    static auto& loaded = *new std::map<std::string, std::shared_ptr<CompiledLibrary>>;
    std::string text;
    try {
        text = translate(source);
    } catch (const std::exception& failure) {
        error = failure.what();
        return nullptr;
    }
    const char* chosen = std::getenv("SOFTMETAL_CXX");
    // -fsanitize=thread is used for its instrumentation alone; memory_checks.cpp has the functions it calls.
    std::string folder = libraryFolder(), compiler = chosen ? chosen : "c++";
    std::string flags = " -std=c++17 -O2 -fno-thread-jumps -fno-strict-aliasing -fsigned-char -ffp-contract=off -fPIC -w"
        " -Werror=return-type -I" + folder + "/include ";
    // Without checks of memory kernels run several times faster: for long runs of kernels that were checked elsewhere.
    if (setting("checks", 1) != 0) flags += "-fsanitize=thread ";
    // The folder's name is a hash of the soft Metal's own sources.
    std::string key = std::to_string(std::hash<std::string>{}(text + compiler + flags));
    if (loaded.count(key)) return loaded[key];
    std::string base = folder + "/" + key, library = base + ".so";
    if (!fs::exists(library)) {
        std::string work = base + "." + std::to_string(getpid());
        std::ofstream(work + ".cpp") << text;
        bool ok;
        std::string output = run(compiler + flags + "-c -o " + work + ".o " + work + ".cpp && " + compiler + " -shared -o "
            + work + ".so " + work + ".o " + folder + "/libsoftmetal.so -Wl,-rpath," + folder, ok);
        fs::remove(work + ".o");
        if (!ok) {
            fs::remove(work + ".cpp");
            error = output;
            return nullptr;
        }
        fs::rename(work + ".cpp", base + ".cpp");
        fs::rename(work + ".so", library);
    }
    return loaded[key] = load(library, error);
}
}
