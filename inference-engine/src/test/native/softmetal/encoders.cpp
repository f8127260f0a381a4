// Encoders: they check what is bound as the real API's validation layer does, and turn each dispatch into work.
#include "metal.h"

#include <algorithm>
#include <cstring>

namespace softmetal {
namespace {
template <class E> E* usable(Object* self, const char* what) {
    auto* encoder = static_cast<E*>(self);
    if (encoder->ended) {
        violation(std::string(what) + " after endEncoding");
        return nullptr;
    }
    return encoder;
}

void endEncoding(Object* self, Selector) {
    auto* encoder = static_cast<Encoder*>(self);
    if (encoder->ended) violation("endEncoding: twice");
    encoder->ended = true;
    encoder->commands->open = nullptr;
}

void setPipeline(Object* self, Selector, Object* object) {
    auto* encoder = usable<ComputeEncoder>(self, "setComputePipelineState:");
    if (encoder) encoder->pipeline = argument<Pipeline>(object, "setComputePipelineState:");
}

void setBuffer(Object* self, Selector, Object* object, uint64_t offset, uint64_t index) {
    auto* encoder = usable<ComputeEncoder>(self, "setBuffer:");
    auto* buffer = argument<Buffer>(object, "setBuffer:");
    if (encoder == nullptr || buffer == nullptr) return;
    if (index >= 31 || offset >= buffer->length || offset % 2 != 0) {
        violation("setBuffer:offset:atIndex: " + describe(buffer) + " offset " + std::to_string(offset) + " index "
            + std::to_string(index) + ", length " + std::to_string(buffer->length));
        return;
    }
    encoder->bindings[index] = {buffer, offset, nullptr};
}

void setBytes(Object* self, Selector, const char* bytes, uint64_t length, uint64_t index) {
    auto* encoder = usable<ComputeEncoder>(self, "setBytes:");
    if (encoder == nullptr) return;
    if (index >= 31 || length == 0 || length > 4096 || bytes == nullptr) {
        violation("setBytes:length:atIndex: length " + std::to_string(length) + " index " + std::to_string(index));
        return;
    }
    encoder->bindings[index] = {nullptr, 0, std::make_shared<std::vector<char>>(bytes, bytes + length)};
}

void setThreadgroupMemory(Object* self, Selector, uint64_t length, uint64_t index) {
    auto* encoder = usable<ComputeEncoder>(self, "setThreadgroupMemoryLength:");
    if (encoder == nullptr) return;
    if (index >= 8 || length % 16 != 0 || length > 32768) {
        violation("setThreadgroupMemoryLength: " + std::to_string(length) + " atIndex: " + std::to_string(index));
        return;
    }
    encoder->threadgroupBytes[index] = static_cast<uint32_t>(length);
}

// What a dispatch needs when it runs; bindings are looked at again then, as their buffers may be gone.
struct Recorded {
    Pipeline* pipeline;
    Binding bindings[31];
    uint32_t threadgroupBytes[8];
    uint32_t groups[3], threads, epoch;
};

bool bind(const Recorded& recorded, const Parameter& parameter, Dispatch& dispatch) {
    std::string name = std::string(parameter.name) + " [[buffer(" + std::to_string(parameter.index) + ")]]";
    const Binding& binding = recorded.bindings[parameter.index];
    std::string place = std::string(recorded.pipeline->kernel->name) + ": " + name;
    char* begin;
    uint64_t length;
    Region region{0, 0, !parameter.isConst, false, false, 0, name};
    if (binding.bytes) {
        begin = binding.bytes->data();
        length = binding.bytes->size();
        if (!parameter.isConst) {
            violation(place + " is writable but bound to bytes");
            return false;
        }
    } else if (binding.buffer != nullptr) {
        Buffer* buffer = binding.buffer;
        if (!isLive(buffer)) {
            violation(place + " was released before the GPU used it: " + describe(buffer));
            return false;
        }
        begin = buffer->memory + binding.offset;
        length = buffer->length - binding.offset;
        buffer->everWritten |= !parameter.isConst;
        region.tracked = buffer->everWritten;
        region.patterned = buffer->owned;
        region.patternBase = reinterpret_cast<uintptr_t>(buffer->memory);
        region.name += " '" + buffer->label + "'";
    } else {
        violation(place + " is not bound");
        return false;
    }
    if (parameter.isReference && length < parameter.elementBytes) {
        violation(place + " has " + std::to_string(length) + " bytes, the struct "
            + std::to_string(parameter.elementBytes));
        return false;
    }
    if (binding.bytes && parameter.isReference && length != parameter.elementBytes) {
        violation(place + " was given " + std::to_string(length) + " bytes, the struct has "
            + std::to_string(parameter.elementBytes));
        return false;
    }
    if (reinterpret_cast<uintptr_t>(begin) % std::min(parameter.elementBytes, 4u) != 0) {
        violation(place + " is not aligned to its elements");
        return false;
    }
    dispatch.invocation.buffers[parameter.index] = begin;
    region.begin = reinterpret_cast<uintptr_t>(begin);
    region.end = region.begin + length;
    dispatch.regions.push_back(region);
    return true;
}

bool runRecorded(const Recorded& recorded) {
    if (!isLive(recorded.pipeline)) {
        violation("a pipeline was released before the GPU used it: " + describe(recorded.pipeline));
        return false;
    }
    Dispatch dispatch{};
    dispatch.kernel = recorded.pipeline->kernel;
    std::memcpy(dispatch.groups, recorded.groups, sizeof(dispatch.groups));
    dispatch.threads = recorded.threads;
    dispatch.epoch = recorded.epoch;
    dispatch.threadgroupBytes.assign(recorded.threadgroupBytes, recorded.threadgroupBytes + 8);
    for (int index = 0; index < dispatch.kernel->parameterCount; index++) {
        const Parameter& parameter = dispatch.kernel->parameters[index];
        if (parameter.kind == BUFFER && !bind(recorded, parameter, dispatch)) return false;
        if (parameter.kind == THREADGROUP && recorded.threadgroupBytes[parameter.index] == 0) {
            violation(std::string(dispatch.kernel->name) + ": threadgroup(" + std::to_string(parameter.index)
                + ") was given no memory");
            return false;
        }
    }
    for (const FunctionConstant* constant : recorded.pipeline->compiled->constants) {
        auto value = recorded.pipeline->values.find(constant->index);
        *constant->value = value == recorded.pipeline->values.end() ? 0xdeadbeefu : value->second;
    }
    return execute(dispatch);
}

void dispatchThreadgroups(Object* self, Selector, MTLSize groups, MTLSize threads) {
    auto* encoder = usable<ComputeEncoder>(self, "dispatchThreadgroups:");
    if (encoder == nullptr) return;
    uint64_t perGroup = threads.width * threads.height * threads.depth;
    uint64_t limit = setting("maxThreads", 1024);
    if (encoder->pipeline != nullptr) limit = std::min<uint64_t>(limit, encoder->pipeline->kernel->maxThreads);
    if (encoder->pipeline == nullptr || groups.width * groups.height * groups.depth == 0 || perGroup == 0
            || perGroup > limit || threads.height != 1 || threads.depth != 1) {
        violation("dispatchThreadgroups: " + std::to_string(groups.width) + "x" + std::to_string(groups.height) + "x"
            + std::to_string(groups.depth) + " of " + std::to_string(perGroup) + " threads, pipeline "
            + describe(encoder->pipeline));
        return;
    }
    Recorded recorded{};
    recorded.pipeline = encoder->pipeline;
    encoder->commands->uses(encoder->pipeline);
    for (int index = 0; index < 31; index++) {
        recorded.bindings[index] = encoder->bindings[index];
        if (encoder->bindings[index].buffer) encoder->commands->uses(encoder->bindings[index].buffer);
    }
    std::memcpy(recorded.threadgroupBytes, encoder->threadgroupBytes, sizeof(recorded.threadgroupBytes));
    recorded.groups[0] = static_cast<uint32_t>(groups.width);
    recorded.groups[1] = static_cast<uint32_t>(groups.height);
    recorded.groups[2] = static_cast<uint32_t>(groups.depth);
    recorded.threads = static_cast<uint32_t>(perGroup);
    if (!encoder->concurrent) encoder->epoch = nextEpoch();
    recorded.epoch = encoder->epoch;
    encoder->commands->work.push_back([recorded] { return runRecorded(recorded); });
}

void memoryBarrier(Object* self, Selector, uint64_t scope) {
    auto* encoder = usable<ComputeEncoder>(self, "memoryBarrierWithScope:");
    if (encoder == nullptr) return;
    if (scope != 1) violation("memoryBarrierWithScope: " + std::to_string(scope) + ", buffers are 1");
    else encoder->epoch = nextEpoch();
}

bool insideBuffer(Buffer* buffer, uint64_t offset, uint64_t size, const char* what) {
    if (buffer != nullptr && offset <= buffer->length && size <= buffer->length - offset && size > 0) return true;
    violation(std::string(what) + ": bytes " + std::to_string(offset) + " to " + std::to_string(offset + size) + " of "
        + describe(buffer));
    return false;
}

void copyBuffer(Object* self, Selector, Object* from, uint64_t fromOffset, Object* to, uint64_t toOffset,
        uint64_t size) {
    auto* encoder = usable<BlitEncoder>(self, "copyFromBuffer:");
    auto* source = argument<Buffer>(from, "copyFromBuffer:");
    auto* target = argument<Buffer>(to, "toBuffer:");
    if (!encoder || !insideBuffer(source, fromOffset, size, "copyFromBuffer:")
            || !insideBuffer(target, toOffset, size, "toBuffer:")) return;
    encoder->commands->uses(source);
    encoder->commands->uses(target);
    encoder->commands->work.push_back([=] {
        if (!isLive(source) || !isLive(target)) {
            violation("a buffer was released before the GPU copied it");
            return false;
        }
        std::memmove(target->memory + toOffset, source->memory + fromOffset, size);
        return true;
    });
}

void fillBuffer(Object* self, Selector, Object* object, NSRange range, uint8_t value) {
    auto* encoder = usable<BlitEncoder>(self, "fillBuffer:");
    auto* buffer = argument<Buffer>(object, "fillBuffer:");
    if (!encoder || !insideBuffer(buffer, range.location, range.length, "fillBuffer:")) return;
    encoder->commands->uses(buffer);
    encoder->commands->work.push_back([=] {
        if (!isLive(buffer)) {
            violation("a buffer was released before the GPU filled it");
            return false;
        }
        std::memset(buffer->memory + range.location, value, range.length);
        return true;
    });
}
}

void Encoder::dispose() {
    if (!ended) violation("an encoder was released without endEncoding");
}

void defineEncoders() {
    ClassInfo* encoder = defineClass("MTLCommandEncoder", "NSObject");
    method(encoder, "endEncoding", endEncoding);
    ClassInfo* compute = defineClass("MTLComputeCommandEncoder", "MTLCommandEncoder");
    method(compute, "setComputePipelineState:", setPipeline);
    method(compute, "setBuffer:offset:atIndex:", setBuffer);
    method(compute, "setBytes:length:atIndex:", setBytes);
    method(compute, "setThreadgroupMemoryLength:atIndex:", setThreadgroupMemory);
    method(compute, "dispatchThreadgroups:threadsPerThreadgroup:", dispatchThreadgroups);
    method(compute, "memoryBarrierWithScope:", memoryBarrier);
    ClassInfo* blit = defineClass("MTLBlitCommandEncoder", "MTLCommandEncoder");
    method(blit, "copyFromBuffer:sourceOffset:toBuffer:destinationOffset:size:", copyBuffer);
    method(blit, "fillBuffer:range:value:", fillBuffer);
}
}
