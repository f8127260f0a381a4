// The Metal classes: what they hold.
#pragma once

#include "compiler.h"
#include "executor.h"
#include "runtime.h"

#include <condition_variable>
#include <deque>

namespace softmetal {
struct Device : Object { Device() : Object(classNamed("MTLDevice")) {} };

struct Buffer : Object {
    char* memory = nullptr;
    uint64_t length = 0;
    bool owned = false, isPrivate = false;
    bool everWritten = false;     // bound for writing by some dispatch
    Buffer() : Object(classNamed("MTLBuffer")) {}
    void dispose() override;
};

struct CompileOptions : Object {
    uint64_t languageVersion = 0;   // not set: what the system takes it for depends on the program
    CompileOptions() : Object(classNamed("MTLCompileOptions")) {}
};
struct ConstantValues : Object {
    std::map<uint64_t, uint32_t> values;
    ConstantValues() : Object(classNamed("MTLFunctionConstantValues")) {}
};
struct Library : Object {
    std::shared_ptr<CompiledLibrary> compiled;
    Library() : Object(classNamed("MTLLibrary")) {}
};
struct Function : Object {
    std::shared_ptr<CompiledLibrary> compiled;
    const Kernel* kernel = nullptr;
    std::map<uint64_t, uint32_t> values;
    Function() : Object(classNamed("MTLFunction")) {}
};
struct Pipeline : Object {
    std::shared_ptr<CompiledLibrary> compiled;
    const Kernel* kernel = nullptr;
    std::map<uint64_t, uint32_t> values;
    Pipeline() : Object(classNamed("MTLComputePipelineState")) {}
};

struct SharedEvent : Object {
    std::mutex mutex;
    std::condition_variable changed;
    uint64_t value = 0;
    SharedEvent() : Object(classNamed("MTLSharedEvent")) {}
};
struct ResidencyDescriptor : Object { ResidencyDescriptor() : Object(classNamed("MTLResidencySetDescriptor")) {} };
struct ResidencySet : Object {
    std::vector<Object*> members;
    bool committed = true;
    ResidencySet() : Object(classNamed("MTLResidencySet")) {}
    void dispose() override { for (Object* member : members) release(member); }
};

struct Queue : Object {
    uint64_t limit = 64;
    std::atomic<long> unfinished{0};
    std::vector<Object*> residency;
    Queue() : Object(classNamed("MTLCommandQueue")) {}
    void dispose() override { for (Object* set : residency) release(set); }
};

struct Encoder;
struct CommandBuffer : Object {
    enum Status : int64_t { NOT_ENQUEUED = 0, COMMITTED = 2, SCHEDULED = 3, COMPLETED = 4, FAILED = 5 };
    Queue* queue = nullptr;
    bool retains = false, counted = true;
    std::vector<Object*> retained;
    std::vector<std::function<bool()>> work;
    Encoder* open = nullptr;
    std::mutex mutex;
    std::condition_variable finished;
    Status status = NOT_ENQUEUED;
    Error* error = nullptr;
    double start = 0, end = 0;
    CommandBuffer() : Object(classNamed("MTLCommandBuffer")) {}
    void dispose() override;
    void uses(Object* object);
};

struct Encoder : Object {
    CommandBuffer* commands = nullptr;
    bool ended = false;
    explicit Encoder(const char* type) : Object(classNamed(type)) {}
    void dispose() override;
};
struct Binding { Buffer* buffer = nullptr; uint64_t offset = 0; std::shared_ptr<std::vector<char>> bytes; };
struct ComputeEncoder : Encoder {
    bool concurrent = false;
    Pipeline* pipeline = nullptr;
    Binding bindings[31];
    uint32_t threadgroupBytes[8] = {};
    uint32_t epoch = 0;
    ComputeEncoder() : Encoder("MTLComputeCommandEncoder") {}
};
struct BlitEncoder : Encoder { BlitEncoder() : Encoder("MTLBlitCommandEncoder") {} };

// A number no dispatch before had.
uint32_t nextEpoch();
// Hands a committed command buffer to the thread that plays the GPU.
void enqueue(CommandBuffer* commands);

void defineDevice();
void defineCommands();
void defineEncoders();
}
