// MTLDevice and what it makes: buffers, libraries, functions, pipelines, events, residency sets.
#include "metal.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/mman.h>
#include <unistd.h>

namespace softmetal {
namespace {
std::atomic<uint64_t> allocated{0};
// Each buffer of our own lies alone in so much address space: an index gone wild does not land in a neighbour.
constexpr uint64_t SLOT = uint64_t(1) << 32;

template <class T> Object* newObject(Object*, Selector) { return create(new T()); }
Object* sameObject(Object* self, Selector) { return self; }

Object* deviceName(Object*, Selector) { return autoreleasedString("Soft Metal"); }
uint64_t registryID(Object*, Selector) { return 1; }
bool unifiedMemory(Object*, Selector) { return setting("unifiedMemory", 1) != 0; }
uint64_t workingSet(Object*, Selector) { return setting("workingSet", 8l << 30); }
uint64_t maxBuffer(Object*, Selector) { return setting("maxBufferLength", 4l << 30); }
uint64_t maxThreadgroupMemory(Object*, Selector) { return 32768; }
uint64_t allocatedSize(Object*, Selector) { return allocated; }
bool supportsFamily(Object*, Selector, int64_t family) {
    return family == 1007 ? setting("apple7", 1) != 0 : family == 1008 || family == 2002
        || (family == 5001 && setting("metal3", 1) != 0);
}

Object* newQueue(Object*, Selector, uint64_t limit) {
    if (faultStrikes("queue")) return nullptr;
    Queue* queue = create(new Queue());
    queue->limit = limit;
    return queue;
}

Object* newBuffer(Object*, Selector, uint64_t length, uint64_t options) {
    if (length == 0 || length > maxBuffer(nullptr, nullptr)) {
        violation("newBufferWithLength: " + std::to_string(length) + ", at most "
            + std::to_string(maxBuffer(nullptr, nullptr)));
        return nullptr;
    }
    if (options != 0 && options != 32) {
        violation("newBufferWithLength: options " + std::to_string(options) + " are neither shared nor private");
        return nullptr;
    }
    if (faultStrikes("buffer")) return nullptr;
    uint64_t page = getpagesize(), rounded = (length + page - 1) / page * page;
    void* slot = mmap(nullptr, std::max(SLOT, 2 * rounded), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (slot == MAP_FAILED || mprotect(slot, rounded, PROT_READ | PROT_WRITE) != 0) return nullptr;
    Buffer* buffer = create(new Buffer());
    buffer->memory = static_cast<char*>(slot);
    buffer->length = length;
    buffer->owned = true;
    buffer->isPrivate = options == 32;
    fillPattern(slot, length, reinterpret_cast<uintptr_t>(slot));
    allocated += rounded;
    return buffer;
}

Object* newBufferNoCopy(Object*, Selector, void* memory, uint64_t length, uint64_t options, void* deallocator) {
    uint64_t page = getpagesize();
    if (reinterpret_cast<uintptr_t>(memory) % page || length % page || length == 0 || options || deallocator
            || length > maxBuffer(nullptr, nullptr)) {
        violation("newBufferWithBytesNoCopy: memory, length " + std::to_string(length) + " or options are wrong");
        return nullptr;
    }
    if (faultStrikes("buffer")) return nullptr;
    Buffer* buffer = create(new Buffer());
    buffer->memory = static_cast<char*>(memory);
    buffer->length = length;
    return buffer;
}

void* bufferContents(Object* self, Selector) {
    Buffer* buffer = static_cast<Buffer*>(self);
    return buffer->isPrivate ? nullptr : buffer->memory;
}
uint64_t bufferLength(Object* self, Selector) { return static_cast<Buffer*>(self)->length; }
void setLabel(Object* self, Selector, Object* label) { self->label = textOf(label, "setLabel:"); }

void fail(Object** error, const char* domain, long code, const std::string& text) {
    if (error != nullptr) *error = autoreleasedError(domain, code, text);
}

Object* libraryOf(const std::string& source, Object** error) {
    std::string message;
    if (faultStrikes("compile")) {
        fail(error, "MTLLibraryErrorDomain", 3, "program_source:7:1: error: use of undeclared identifier");
        return nullptr;
    }
    auto compiled = compile(source, message);
    if (!compiled) {
        fail(error, "MTLLibraryErrorDomain", 3, message);
        return nullptr;
    }
    Library* library = create(new Library());
    library->compiled = compiled;
    return library;
}

Object* newLibrary(Object*, Selector, Object* source, Object* options, Object** error) {
    auto* given = options == nullptr ? nullptr : argument<CompileOptions>(options, "newLibraryWithSource:options:");
    std::string text = textOf(source, "newLibraryWithSource:");
    // Simdgroup matrices came with version 2.3. A program that names no version may get an older one.
    uint64_t version = given != nullptr ? given->languageVersion : 0;
    if (version < 0x20003 && text.find("simdgroup_float8x8") != std::string::npos) {
        fail(error, "MTLLibraryErrorDomain", 3, "program_source: error: use of undeclared identifier 'simdgroup_float8x8'");
        return nullptr;
    }
    return libraryOf(text, error);
}

// A metallib of the soft Metal is a source behind a magic word.
Object* newLibraryFromUrl(Object*, Selector, Object* url, Object** error) {
    std::ifstream file(textOf(url, "newLibraryWithURL:"));
    std::stringstream text;
    text << file.rdbuf();
    std::string content = text.str(), magic = "SOFTMTLB\n";
    if (!file || content.compare(0, magic.size(), magic) != 0) {
        fail(error, "MTLLibraryErrorDomain", 1, "Invalid library file");
        return nullptr;
    }
    return libraryOf(content.substr(magic.size()), error);
}

void setMathMode(Object*, Selector, int64_t mode) {
    if (mode < 0 || mode > 2) violation("setMathMode: " + std::to_string(mode));
}
void setFastMath(Object*, Selector, bool) {}
void setLanguageVersion(Object* self, Selector, uint64_t version) {
    // As of macOS 15: 3.2 is the newest; systems without the family Metal 3 know 2.4.
    if (version < 0x10001 || version > (setting("metal3", 1) != 0 ? 0x30002 : 0x20004)) violation("setLanguageVersion: " + std::to_string(version));
    static_cast<CompileOptions*>(self)->languageVersion = version;
}

void setConstantValue(Object* self, Selector, const uint32_t* value, uint64_t type, uint64_t index) {
    if (type != 33 || value == nullptr) {
        violation("setConstantValue: only MTLDataTypeUInt (33) is used here, not " + std::to_string(type));
        return;
    }
    static_cast<ConstantValues*>(self)->values[index] = *value;
}

Object* functionNames(Object* self, Selector) {
    std::vector<Object*> names;
    for (const auto& [name, kernel] : static_cast<Library*>(self)->compiled->kernels) {
        names.push_back(create(new String(name)));
    }
    return autorelease(create(new Array(names)));
}

Object* newFunction(Object* self, Selector, Object* name, Object* constants, Object** error) {
    auto compiled = static_cast<Library*>(self)->compiled;
    std::string wanted = textOf(name, "newFunctionWithName:");
    auto found = compiled->kernels.find(wanted);
    if (found == compiled->kernels.end()) {
        fail(error, "MTLLibraryErrorDomain", 5, "Function " + wanted + " was not found in the library");
        return nullptr;
    }
    auto* values = argument<ConstantValues>(constants, "newFunctionWithName:constantValues:");
    for (const int* index = found->second->constants; values && *index >= 0; index++) {
        if (values->values.count(*index) == 0) {
            fail(error, "MTLLibraryErrorDomain", 3, "Function " + wanted + " needs function constant "
                + std::to_string(*index) + ", which was given no value");
            return nullptr;
        }
    }
    Function* function = create(new Function());
    function->compiled = compiled;
    function->kernel = found->second;
    if (values) function->values = values->values;
    return function;
}

Object* newPipeline(Object*, Selector, Object* object, Object** error) {
    Function* function = argument<Function>(object, "newComputePipelineStateWithFunction:");
    if (function == nullptr) return nullptr;
    if (faultStrikes("pipeline")) {
        fail(error, "AGXMetalG13X", 2, "Compiler encountered an internal error");
        return nullptr;
    }
    Pipeline* pipeline = create(new Pipeline());
    pipeline->compiled = function->compiled;
    pipeline->kernel = function->kernel;
    pipeline->values = function->values;
    pipeline->label = function->kernel->name;
    return pipeline;
}
uint64_t maxThreads(Object* self, Selector) {
    return std::min<uint64_t>(setting("maxThreads", 1024), static_cast<Pipeline*>(self)->kernel->maxThreads);
}
uint64_t simdWidth(Object*, Selector) { return 32; }
uint64_t staticMemory(Object*, Selector) { return 0; }

uint64_t eventValue(Object* self, Selector) {
    auto* event = static_cast<SharedEvent*>(self);
    std::lock_guard guard(event->mutex);
    return event->value;
}
void setEventValue(Object* self, Selector, uint64_t value) {
    auto* event = static_cast<SharedEvent*>(self);
    std::lock_guard guard(event->mutex);
    event->value = value;
    event->changed.notify_all();
}
bool eventWait(Object* self, Selector, uint64_t value, uint64_t milliseconds) {
    auto* event = static_cast<SharedEvent*>(self);
    std::unique_lock guard(event->mutex);
    return event->changed.wait_for(guard, std::chrono::milliseconds(milliseconds),
        [&] { return event->value >= value; });
}

Object* newResidencySet(Object*, Selector, Object* descriptor, Object** error) {
    if (faultStrikes("residency")) {
        fail(error, "MTLResidencySetErrorDomain", 1, "The residency set could not be made");
        return nullptr;
    }
    argument<ResidencyDescriptor>(descriptor, "newResidencySetWithDescriptor:");
    return create(new ResidencySet());
}
void residencyAdd(Object* self, Selector, Object* buffer) {
    if (!argument<Buffer>(buffer, "addAllocation:")) return;
    auto* set = static_cast<ResidencySet*>(self);
    set->members.push_back(retain(buffer));
    set->committed = false;
}
void residencyCommit(Object* self, Selector) { static_cast<ResidencySet*>(self)->committed = true; }
void residencyRequest(Object* self, Selector) {
    if (!static_cast<ResidencySet*>(self)->committed) violation("requestResidency: before commit");
}
void residencyEnd(Object*, Selector) {}
}

void Buffer::dispose() {
    if (owned) {
        uint64_t page = getpagesize(), rounded = (length + page - 1) / page * page;
        allocated -= rounded;
        forgetShadow(reinterpret_cast<uintptr_t>(memory), reinterpret_cast<uintptr_t>(memory) + length);
        munmap(memory, std::max(SLOT, 2 * rounded));
        memory = nullptr;
    }
}

void defineDevice() {
    ClassInfo* device = defineClass("MTLDevice", "NSObject");
    method(device, "name", deviceName);
    method(device, "registryID", registryID);
    method(device, "hasUnifiedMemory", unifiedMemory);
    method(device, "recommendedMaxWorkingSetSize", workingSet);
    method(device, "maxBufferLength", maxBuffer);
    method(device, "maxThreadgroupMemoryLength", maxThreadgroupMemory);
    method(device, "currentAllocatedSize", allocatedSize);
    method(device, "supportsFamily:", supportsFamily);
    method(device, "newCommandQueueWithMaxCommandBufferCount:", newQueue);
    method(device, "newBufferWithLength:options:", newBuffer);
    method(device, "newBufferWithBytesNoCopy:length:options:deallocator:", newBufferNoCopy);
    method(device, "newLibraryWithSource:options:error:", newLibrary);
    method(device, "newLibraryWithURL:error:", newLibraryFromUrl);
    method(device, "newComputePipelineStateWithFunction:error:", newPipeline);
    method(device, "newSharedEvent", newObject<SharedEvent>);
    method(device, "newResidencySetWithDescriptor:error:", newResidencySet);
    ClassInfo* resource = defineClass("MTLResource", "NSObject");
    method(resource, "setLabel:", setLabel);
    ClassInfo* buffer = defineClass("MTLBuffer", "MTLResource");
    method(buffer, "contents", bufferContents);
    method(buffer, "length", bufferLength);
    ClassInfo* options = defineClass("MTLCompileOptions", "NSObject");
    method(options, "alloc", newObject<CompileOptions>, true);
    method(options, "init", sameObject);
    method(options, "setMathMode:", setMathMode);
    method(options, "setFastMathEnabled:", setFastMath);
    method(options, "setLanguageVersion:", setLanguageVersion);
    ClassInfo* values = defineClass("MTLFunctionConstantValues", "NSObject");
    method(values, "alloc", newObject<ConstantValues>, true);
    method(values, "init", sameObject);
    method(values, "setConstantValue:type:atIndex:", setConstantValue);
    ClassInfo* library = defineClass("MTLLibrary", "NSObject");
    method(library, "functionNames", functionNames);
    method(library, "newFunctionWithName:constantValues:error:", newFunction);
    defineClass("MTLFunction", "NSObject");
    ClassInfo* pipeline = defineClass("MTLComputePipelineState", "NSObject");
    method(pipeline, "maxTotalThreadsPerThreadgroup", maxThreads);
    method(pipeline, "threadExecutionWidth", simdWidth);
    method(pipeline, "staticThreadgroupMemoryLength", staticMemory);
    ClassInfo* event = defineClass("MTLSharedEvent", "NSObject");
    method(event, "signaledValue", eventValue);
    method(event, "setSignaledValue:", setEventValue);
    method(event, "waitUntilSignaledValue:timeoutMS:", eventWait);
    ClassInfo* descriptor = defineClass("MTLResidencySetDescriptor", "NSObject");
    method(descriptor, "alloc", newObject<ResidencyDescriptor>, true);
    method(descriptor, "init", sameObject);
    ClassInfo* residency = defineClass("MTLResidencySet", "NSObject");
    method(residency, "addAllocation:", residencyAdd);
    method(residency, "commit", residencyCommit);
    method(residency, "requestResidency", residencyRequest);
    method(residency, "endResidency", residencyEnd);
}

void defineMetal() {
    defineDevice();
    defineCommands();
    defineEncoders();
}
}

extern "C" softmetal::Object* objc_getClass(const char* name);
extern "C" softmetal::Object* MTLCreateSystemDefaultDevice() {
    objc_getClass("NSObject");   // defines the classes
    if (softmetal::faultStrikes("device")) return nullptr;
    return softmetal::create(new softmetal::Device());
}
