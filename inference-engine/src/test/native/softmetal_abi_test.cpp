// Sends messages of every C shape to the soft Metal, as Objective-C callers do, and runs a kernel with barriers: whether the
// trampoline and the fibers keep this processor's calling convention. Prints what is wrong, and nothing otherwise.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <initializer_list>

struct MTLSize { uint64_t width, height, depth; };
struct NSRange { uint64_t location, length; };
using Word = uint64_t;

extern "C" {
void objc_msgSend();
Word objc_getClass(const char*);
Word sel_registerName(const char*);
void* objc_autoreleasePoolPush();
void objc_autoreleasePoolPop(void*);
Word MTLCreateSystemDefaultDevice();
long softmetal_take_violations(char*, long);
}

namespace {
int failures = 0;

void expect(bool holds, const char* what) {
    if (!holds) {
        std::printf("%s\n", what);
        failures++;
    }
}

// A call of exactly this type, never a variadic one.
template <class R, class... A> R send(Word receiver, const char* selector, A... arguments) {
    return reinterpret_cast<R (*)(Word, Word, A...)>(objc_msgSend)(receiver, sel_registerName(selector), arguments...);
}

Word text(const char* value) {
    return send<Word>(objc_getClass("NSString"), "stringWithUTF8String:", value);
}

const char* KERNEL = R"(#include <metal_stdlib>
using namespace metal;
kernel void rotate(device const float* in [[buffer(0)]], device float* out [[buffer(1)]],
        uint3 group [[threadgroup_position_in_grid]], uint i [[thread_index_in_threadgroup]]) {
    threadgroup float shared[64];
    float sum = simd_sum(in[i]);
    shared[i] = in[i] + sum;
    threadgroup_barrier(mem_flags::mem_threadgroup);
    out[group.y * 64 + i] = shared[(i + 33) % 64] + float(group.x) + precise::exp(0.0f);
}
)";

Word pipelineOf(Word device) {
    Word error = 0;
    Word library = send<Word>(device, "newLibraryWithSource:options:error:", text(KERNEL), Word(0), &error);
    expect(library != 0, "the kernel does not compile");
    Word values = send<Word>(send<Word>(objc_getClass("MTLFunctionConstantValues"), "alloc"), "init");
    Word function = send<Word>(library, "newFunctionWithName:constantValues:error:", text("rotate"), values, &error);
    Word pipeline = send<Word>(device, "newComputePipelineStateWithFunction:error:", function, &error);
    expect(pipeline != 0, "no pipeline");
    for (Word object : {library, values, function}) send<void>(object, "release");
    return pipeline;
}

void runKernel(Word device) {
    Word pipeline = pipelineOf(device);
    Word in = send<Word>(device, "newBufferWithLength:options:", Word(256), Word(0));
    Word out = send<Word>(device, "newBufferWithLength:options:", Word(1024), Word(0));
    Word copy = send<Word>(device, "newBufferWithLength:options:", Word(1024), Word(0));
    auto* values = send<float*>(in, "contents");
    for (int i = 0; i < 64; i++) values[i] = 0.5f * i;
    std::memset(send<void*>(copy, "contents"), 0, 1024);
    Word queue = send<Word>(device, "newCommandQueueWithMaxCommandBufferCount:", Word(4));
    Word commands = send<Word>(queue, "commandBuffer");
    Word encoder = send<Word>(commands, "computeCommandEncoderWithDispatchType:", Word(1));
    send<void>(encoder, "setComputePipelineState:", pipeline);
    send<void>(encoder, "setBuffer:offset:atIndex:", in, Word(0), Word(0));
    send<void>(encoder, "setBuffer:offset:atIndex:", out, Word(0), Word(1));
    // Two structs of 24 bytes by value: on the stack or by reference, as the processor's convention has it.
    send<void>(encoder, "dispatchThreadgroups:threadsPerThreadgroup:", MTLSize{1, 4, 1}, MTLSize{64, 1, 1});
    send<void>(encoder, "endEncoding");
    Word blit = send<Word>(commands, "blitCommandEncoder");
    send<void>(blit, "copyFromBuffer:sourceOffset:toBuffer:destinationOffset:size:", out, Word(0), copy, Word(0), Word(1024));
    // A struct of 16 bytes in registers, and an octet after it.
    send<void>(blit, "fillBuffer:range:value:", copy, NSRange{0, 4}, uint8_t(0));
    send<void>(blit, "endEncoding");
    send<void>(commands, "commit");
    send<void>(commands, "waitUntilCompleted");
    expect(send<int64_t>(commands, "status") == 4, "the command buffer failed");
    double start = send<double>(commands, "GPUStartTime"), end = send<double>(commands, "GPUEndTime");
    expect(start > 0 && end >= start && end - start < 100, "GPU times are no times");
    auto* results = send<float*>(copy, "contents");
    expect(results[0] == 0, "fillBuffer");
    for (int i = 1; i < 256; i++) {
        int source = (i % 64 + 33) % 64;
        float sum = 0;
        for (int lane = 0; lane < 32; lane++) sum += values[source / 32 * 32 + lane];
        expect(results[i] == values[source] + sum + 1, "the kernel's result");
    }
    for (Word object : {pipeline, in, out, copy, queue}) send<void>(object, "release");
}
}

int main() {
    void* pool = objc_autoreleasePoolPush();
    Word device = MTLCreateSystemDefaultDevice();
    expect(send<bool>(device, "supportsFamily:", Word(1007)), "supportsFamily: Apple7");
    expect(!send<bool>(device, "supportsFamily:", Word(5002)), "supportsFamily: Metal4");
    expect(std::strcmp(send<const char*>(send<Word>(device, "name"), "UTF8String"), "Soft Metal") == 0, "name");
    expect(send<Word>(Word(0), "name") == 0, "a message to nil");
    runKernel(device);
    send<void>(device, "release");
    objc_autoreleasePoolPop(pool);
    char violations[4096];
    expect(softmetal_take_violations(violations, sizeof(violations)) == 0, "violations were noted");
    return failures == 0 ? 0 : 1;
}
