// Queues and command buffers, and the thread that plays the GPU.
#include "metal.h"

#include <chrono>
#include <thread>

namespace softmetal {
namespace {
// Never destroyed: the GPU thread waits on them while the process ends.
std::mutex& queueLock = *new std::mutex;
std::condition_variable& arrived = *new std::condition_variable;
std::deque<CommandBuffer*>& waiting = *new std::deque<CommandBuffer*>;
// Command buffers handed over and not yet let go of by the GPU thread; guarded by queueLock.
long underWay = 0;
std::condition_variable& idle = *new std::condition_variable;
std::atomic<uint32_t> epochs{0};

double seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

struct FaultKind { const char* name; long code; const char* text; };
// Codes of MTLCommandBufferError.
const FaultKind FAULTS[] = {
    {"timeout", 2, "Caused GPU Timeout Error (00000002:kIOAccelCommandBufferCallbackErrorTimeout)"},
    {"pagefault", 3, "Caused GPU Address Fault Error (0000000b:kIOGPUCommandBufferCallbackErrorPageFault)"},
    {"outofmemory", 8, "Insufficient Memory (00000008:kIOGPUCommandBufferCallbackErrorOutOfMemory)"},
    {"devicelost", 11, "The device was removed"}};

void run(CommandBuffer* commands) {
    Error* error = nullptr;
    {
        std::lock_guard guard(commands->mutex);
        commands->status = CommandBuffer::SCHEDULED;
        commands->start = seconds();
    }
    for (const FaultKind& fault : FAULTS) {
        if (error == nullptr && faultStrikes(fault.name)) {
            error = create(new Error("MTLCommandBufferErrorDomain", fault.code, fault.text));
        }
    }
    for (auto& step : commands->work) {
        if (error != nullptr) break;
        if (!step()) {
            error = create(new Error("MTLCommandBufferErrorDomain", 3, "the soft GPU stopped: see the violations"));
        }
    }
    // Finished before it says so: who hears of it may end the process.
    std::vector<Object*> held = std::move(commands->retained);
    commands->work.clear();
    for (Object* object : held) release(object);
    commands->queue->unfinished--;
    release(commands->queue);
    {
        std::lock_guard guard(commands->mutex);
        commands->error = error;
        commands->end = seconds();
        commands->status = error ? CommandBuffer::FAILED : CommandBuffer::COMPLETED;
        commands->finished.notify_all();
    }
    release(commands);
}

void playGpu() {
    while (true) {
        CommandBuffer* next;
        {
            std::unique_lock guard(queueLock);
            arrived.wait(guard, [] { return !waiting.empty(); });
            next = waiting.front();
            waiting.pop_front();
        }
        run(next);
        std::lock_guard guard(queueLock);
        if (--underWay == 0) idle.notify_all();
    }
}

Object* newCommandBuffer(Object* self, bool retains) {
    if (faultStrikes("commandbuffer")) return nullptr;
    auto* queue = static_cast<Queue*>(self);
    if (queue->unfinished >= static_cast<long>(queue->limit)) {
        // The real queue would block here.
        violation("commandBuffer: " + std::to_string(queue->limit) + " command buffers are unfinished already");
    }
    auto* commands = create(new CommandBuffer());
    commands->queue = static_cast<Queue*>(retain(queue));
    commands->retains = retains;
    queue->unfinished++;
    return autorelease(commands);
}

Object* commandBuffer(Object* self, Selector) { return newCommandBuffer(self, true); }
Object* commandBufferUnretained(Object* self, Selector) { return newCommandBuffer(self, false); }
void addResidency(Object* self, Selector, Object* set) {
    if (argument<ResidencySet>(set, "addResidencySet:")) {
        static_cast<Queue*>(self)->residency.push_back(retain(set));
    }
}
void removeResidency(Object* self, Selector, Object* set) {
    auto& sets = static_cast<Queue*>(self)->residency;
    for (size_t index = 0; index < sets.size(); index++) {
        if (sets[index] == set) {
            sets.erase(sets.begin() + index);
            release(set);
            return;
        }
    }
    violation("removeResidencySet: of one that was not added");
}

bool mayEncode(CommandBuffer* commands, const char* what) {
    if (commands->status != CommandBuffer::NOT_ENQUEUED) violation(std::string(what) + " after commit");
    else if (commands->open != nullptr) violation(std::string(what) + " while an encoder is open");
    else return true;
    return false;
}

Object* computeEncoder(Object* self, Selector, uint64_t dispatchType) {
    auto* commands = static_cast<CommandBuffer*>(self);
    if (!mayEncode(commands, "computeCommandEncoderWithDispatchType:")) return nullptr;
    if (dispatchType > 1) {
        violation("dispatch type " + std::to_string(dispatchType));
        return nullptr;
    }
    auto* encoder = create(new ComputeEncoder());
    encoder->concurrent = dispatchType == 1;
    encoder->epoch = nextEpoch();
    encoder->commands = commands;
    commands->open = encoder;
    return autorelease(encoder);
}

Object* blitEncoder(Object* self, Selector) {
    auto* commands = static_cast<CommandBuffer*>(self);
    if (!mayEncode(commands, "blitCommandEncoder")) return nullptr;
    auto* encoder = create(new BlitEncoder());
    encoder->commands = commands;
    commands->open = encoder;
    return autorelease(encoder);
}

void signalEvent(Object* self, Selector, Object* object, uint64_t value) {
    auto* commands = static_cast<CommandBuffer*>(self);
    auto* event = argument<SharedEvent>(object, "encodeSignalEvent:");
    if (event == nullptr || !mayEncode(commands, "encodeSignalEvent:")) return;
    commands->uses(event);
    commands->work.push_back([event, value] {
        std::lock_guard guard(event->mutex);
        event->value = value;
        event->changed.notify_all();
        return true;
    });
}

void waitForEvent(Object* self, Selector, Object* object, uint64_t value) {
    auto* commands = static_cast<CommandBuffer*>(self);
    auto* event = argument<SharedEvent>(object, "encodeWaitForEvent:");
    if (event == nullptr || !mayEncode(commands, "encodeWaitForEvent:")) return;
    commands->uses(event);
    commands->work.push_back([event, value] {
        std::unique_lock guard(event->mutex);
        event->changed.wait(guard, [&] { return event->value >= value; });
        return true;
    });
}

void commit(Object* self, Selector) {
    auto* commands = static_cast<CommandBuffer*>(self);
    if (mayEncode(commands, "commit")) {
        commands->status = CommandBuffer::COMMITTED;
        commands->counted = false;
        retain(commands);
        enqueue(commands);
    }
}

void waitUntilCompleted(Object* self, Selector) {
    auto* commands = static_cast<CommandBuffer*>(self);
    std::unique_lock guard(commands->mutex);
    if (commands->status == CommandBuffer::NOT_ENQUEUED) {
        violation("waitUntilCompleted: of a command buffer that was not committed");
        return;
    }
    commands->finished.wait(guard, [&] { return commands->status >= CommandBuffer::COMPLETED; });
}

int64_t status(Object* self, Selector) {
    auto* commands = static_cast<CommandBuffer*>(self);
    std::lock_guard guard(commands->mutex);
    return commands->status;
}
Object* commandError(Object* self, Selector) { return static_cast<CommandBuffer*>(self)->error; }
double gpuStart(Object* self, Selector) { return static_cast<CommandBuffer*>(self)->start; }
double gpuEnd(Object* self, Selector) { return static_cast<CommandBuffer*>(self)->end; }
}

uint32_t nextEpoch() { return ++epochs; }

void enqueue(CommandBuffer* commands) {
    static std::once_flag started;
    std::call_once(started, [] { std::thread(playGpu).detach(); });
    std::lock_guard guard(queueLock);
    waiting.push_back(commands);
    underWay++;
    arrived.notify_one();
}

void awaitGpu() {
    std::unique_lock guard(queueLock);
    // A command buffer may be held back by an event for ever: then it is listed.
    idle.wait_for(guard, std::chrono::seconds(30), [] { return underWay == 0; });
}

void CommandBuffer::uses(Object* object) {
    if (retains) retained.push_back(retain(object));
}

void CommandBuffer::dispose() {
    if (open != nullptr) violation("command buffer released with an open encoder");
    if (counted) {
        // Never committed: nobody else gives the place on the queue back.
        queue->unfinished--;
        release(queue);
        for (Object* object : retained) release(object);
    }
    if (error != nullptr) release(error);
    work.clear();
}

void defineCommands() {
    ClassInfo* queue = defineClass("MTLCommandQueue", "NSObject");
    method(queue, "commandBuffer", commandBuffer);
    method(queue, "commandBufferWithUnretainedReferences", commandBufferUnretained);
    method(queue, "addResidencySet:", addResidency);
    method(queue, "removeResidencySet:", removeResidency);
    ClassInfo* commands = defineClass("MTLCommandBuffer", "NSObject");
    method(commands, "computeCommandEncoderWithDispatchType:", computeEncoder);
    method(commands, "blitCommandEncoder", blitEncoder);
    method(commands, "encodeSignalEvent:value:", signalEvent);
    method(commands, "encodeWaitForEvent:value:", waitForEvent);
    method(commands, "commit", commit);
    method(commands, "waitUntilCompleted", waitUntilCompleted);
    method(commands, "status", status);
    method(commands, "error", commandError);
    method(commands, "GPUStartTime", gpuStart);
    method(commands, "GPUEndTime", gpuEnd);
}
}
