package com.alphaheng.engine.metal.objc;

import static com.alphaheng.engine.metal.objc.Signature.*;

/// Every message this program sends, with the declaration in Apple's headers that it relies on.
///
/// `docs/metal-selectors.md` is generated from this table, and a test reads the C types out of each declaration and
/// compares them with the signature: an argument too many is found without a Mac.
public enum Selector {
    RETAIN("NSObject", LONG, "- (instancetype)retain;"),
    RELEASE("NSObject", VOID, "- (oneway void)release;"),
    ALLOC("NSObject", LONG, "+ (instancetype)alloc;"),
    INIT("NSObject", LONG, "- (instancetype)init;"),
    RESPONDS("NSObject", BOOLEAN_OF_LONG, "- (BOOL)respondsToSelector:(SEL)aSelector;"),
    STRING("NSString", LONG_OF_LONG,
            "+ (nullable instancetype)stringWithUTF8String:(const char *)nullTerminatedCString;"),
    UTF8("NSString", LONG, "- (const char *)UTF8String;"),
    FILE_URL("NSURL", LONG_OF_LONG, "+ (NSURL *)fileURLWithPath:(NSString *)path;"),
    COUNT("NSArray", LONG, "- (NSUInteger)count;"),
    OBJECT_AT("NSArray", LONG_OF_LONG, "- (id)objectAtIndex:(NSUInteger)index;"),
    ERROR_CODE("NSError", LONG, "- (NSInteger)code;"),
    ERROR_DOMAIN("NSError", LONG, "- (NSErrorDomain)domain;"),
    ERROR_TEXT("NSError", LONG, "- (NSString *)localizedDescription;"),
    PROCESS_INFO("NSProcessInfo", LONG, "+ (NSProcessInfo *)processInfo;"),
    SYSTEM_VERSION("NSProcessInfo", LONG, "- (NSString *)operatingSystemVersionString;"),

    DEVICE_NAME("MTLDevice", LONG, "- (NSString *)name;"),
    REGISTRY_ID("MTLDevice", LONG, "- (uint64_t)registryID;"),
    UNIFIED_MEMORY("MTLDevice", BOOLEAN, "- (BOOL)hasUnifiedMemory;"),
    WORKING_SET("MTLDevice", LONG, "- (uint64_t)recommendedMaxWorkingSetSize;"),
    MAX_BUFFER("MTLDevice", LONG, "- (NSUInteger)maxBufferLength;"),
    MAX_THREADGROUP_MEMORY("MTLDevice", LONG, "- (NSUInteger)maxThreadgroupMemoryLength;"),
    ALLOCATED_SIZE("MTLDevice", LONG, "- (NSUInteger)currentAllocatedSize;"),
    SUPPORTS_FAMILY("MTLDevice", BOOLEAN_OF_LONG, "- (BOOL)supportsFamily:(MTLGPUFamily)gpuFamily;"),
    NEW_QUEUE("MTLDevice", LONG_OF_LONG,
            "- (nullable id<MTLCommandQueue>)"
            + "newCommandQueueWithMaxCommandBufferCount:(NSUInteger)maxCommandBufferCount;"),
    NEW_BUFFER("MTLDevice", LONG_OF_2,
            "- (nullable id<MTLBuffer>)newBufferWithLength:(NSUInteger)length options:(MTLResourceOptions)options;"),
    NEW_BUFFER_NO_COPY("MTLDevice", LONG_OF_4,
            "- (nullable id<MTLBuffer>)newBufferWithBytesNoCopy:(void *)pointer length:(NSUInteger)length"
            + " options:(MTLResourceOptions)options"
            + " deallocator:(void (^ __nullable)(void *pointer, NSUInteger length))deallocator;"),
    NEW_LIBRARY_SOURCE("MTLDevice", LONG_OF_3,
            "- (nullable id<MTLLibrary>)newLibraryWithSource:(NSString *)source"
            + " options:(nullable MTLCompileOptions *)options error:(NSError **)error;"),
    NEW_LIBRARY_URL("MTLDevice", LONG_OF_2,
            "- (nullable id<MTLLibrary>)newLibraryWithURL:(NSURL *)url error:(NSError **)error;"),
    NEW_PIPELINE("MTLDevice", LONG_OF_2,
            "- (nullable id<MTLComputePipelineState>)"
            + "newComputePipelineStateWithFunction:(id<MTLFunction>)computeFunction"
            + " error:(NSError **)error;"),
    NEW_SHARED_EVENT("MTLDevice", LONG, "- (nullable id<MTLSharedEvent>)newSharedEvent;"),
    NEW_RESIDENCY_SET("MTLDevice", LONG_OF_2,
            "- (nullable id<MTLResidencySet>)newResidencySetWithDescriptor:(MTLResidencySetDescriptor *)desc"
            + " error:(NSError **)error;"),

    OPTIONS_MATH_MODE("MTLCompileOptions", VOID_OF_LONG, "- (void)setMathMode:(MTLMathMode)mathMode;"),
    OPTIONS_FAST_MATH("MTLCompileOptions", VOID_OF_BOOLEAN, "- (void)setFastMathEnabled:(BOOL)fastMathEnabled;"),
    OPTIONS_LANGUAGE("MTLCompileOptions", VOID_OF_LONG,
            "- (void)setLanguageVersion:(MTLLanguageVersion)languageVersion;"),
    FUNCTION_NAMES("MTLLibrary", LONG, "- (NSArray<NSString *> *)functionNames;"),
    NEW_FUNCTION("MTLLibrary", LONG_OF_3,
            "- (nullable id<MTLFunction>)newFunctionWithName:(NSString *)name"
            + " constantValues:(MTLFunctionConstantValues *)constantValues error:(NSError **)error;"),
    CONSTANT_VALUE("MTLFunctionConstantValues", VOID_OF_3,
            "- (void)setConstantValue:(const void *)value type:(MTLDataType)type atIndex:(NSUInteger)index;"),
    MAX_THREADS("MTLComputePipelineState", LONG, "- (NSUInteger)maxTotalThreadsPerThreadgroup;"),
    SIMD_WIDTH("MTLComputePipelineState", LONG, "- (NSUInteger)threadExecutionWidth;"),
    STATIC_THREADGROUP_MEMORY("MTLComputePipelineState", LONG, "- (NSUInteger)staticThreadgroupMemoryLength;"),

    BUFFER_CONTENTS("MTLBuffer", LONG, "- (void *)contents;"),
    BUFFER_LENGTH("MTLBuffer", LONG, "- (NSUInteger)length;"),
    RESOURCE_LABEL("MTLResource", VOID_OF_LONG, "- (void)setLabel:(nullable NSString *)label;"),

    COMMAND_BUFFER("MTLCommandQueue", LONG, "- (nullable id<MTLCommandBuffer>)commandBuffer;"),
    COMMAND_BUFFER_UNRETAINED("MTLCommandQueue", LONG,
            "- (nullable id<MTLCommandBuffer>)commandBufferWithUnretainedReferences;"),
    QUEUE_ADD_RESIDENCY("MTLCommandQueue", VOID_OF_LONG,
            "- (void)addResidencySet:(id<MTLResidencySet>)residencySet;"),
    QUEUE_REMOVE_RESIDENCY("MTLCommandQueue", VOID_OF_LONG,
            "- (void)removeResidencySet:(id<MTLResidencySet>)residencySet;"),

    COMPUTE_ENCODER("MTLCommandBuffer", LONG_OF_LONG,
            "- (nullable id<MTLComputeCommandEncoder>)"
            + "computeCommandEncoderWithDispatchType:(MTLDispatchType)dispatchType;"),
    BLIT_ENCODER("MTLCommandBuffer", LONG, "- (nullable id<MTLBlitCommandEncoder>)blitCommandEncoder;"),
    SIGNAL_EVENT("MTLCommandBuffer", VOID_OF_2,
            "- (void)encodeSignalEvent:(id<MTLEvent>)event value:(uint64_t)value;"),
    WAIT_EVENT("MTLCommandBuffer", VOID_OF_2,
            "- (void)encodeWaitForEvent:(id<MTLEvent>)event value:(uint64_t)value;"),
    COMMIT("MTLCommandBuffer", VOID, "- (void)commit;"),
    WAIT_COMPLETED("MTLCommandBuffer", VOID, "- (void)waitUntilCompleted;"),
    STATUS("MTLCommandBuffer", LONG, "- (MTLCommandBufferStatus)status;"),
    COMMAND_ERROR("MTLCommandBuffer", LONG, "- (nullable NSError *)error;"),
    GPU_START("MTLCommandBuffer", DOUBLE, "- (CFTimeInterval)GPUStartTime;"),
    GPU_END("MTLCommandBuffer", DOUBLE, "- (CFTimeInterval)GPUEndTime;"),

    END_ENCODING("MTLCommandEncoder", VOID, "- (void)endEncoding;"),
    SET_PIPELINE("MTLComputeCommandEncoder", VOID_OF_LONG,
            "- (void)setComputePipelineState:(id<MTLComputePipelineState>)state;"),
    SET_BUFFER("MTLComputeCommandEncoder", VOID_OF_3,
            "- (void)setBuffer:(nullable id<MTLBuffer>)buffer offset:(NSUInteger)offset atIndex:(NSUInteger)index;"),
    SET_BYTES("MTLComputeCommandEncoder", VOID_OF_3,
            "- (void)setBytes:(const void *)bytes length:(NSUInteger)length atIndex:(NSUInteger)index;"),
    SET_THREADGROUP_MEMORY("MTLComputeCommandEncoder", VOID_OF_2,
            "- (void)setThreadgroupMemoryLength:(NSUInteger)length atIndex:(NSUInteger)index;"),
    DISPATCH("MTLComputeCommandEncoder", VOID_OF_SIZES,
            "- (void)dispatchThreadgroups:(MTLSize)threadgroupsPerGrid"
            + " threadsPerThreadgroup:(MTLSize)threadsPerThreadgroup;"),
    MEMORY_BARRIER("MTLComputeCommandEncoder", VOID_OF_LONG,
            "- (void)memoryBarrierWithScope:(MTLBarrierScope)scope;"),
    COPY_BUFFER("MTLBlitCommandEncoder", VOID_OF_5,
            "- (void)copyFromBuffer:(id<MTLBuffer>)sourceBuffer sourceOffset:(NSUInteger)sourceOffset"
            + " toBuffer:(id<MTLBuffer>)destinationBuffer destinationOffset:(NSUInteger)destinationOffset"
            + " size:(NSUInteger)size;"),
    FILL_BUFFER("MTLBlitCommandEncoder", VOID_OF_LONG_RANGE_BYTE,
            "- (void)fillBuffer:(id<MTLBuffer>)buffer range:(NSRange)range value:(uint8_t)value;"),

    EVENT_VALUE("MTLSharedEvent", LONG, "- (uint64_t)signaledValue;"),
    EVENT_SET_VALUE("MTLSharedEvent", VOID_OF_LONG, "- (void)setSignaledValue:(uint64_t)signaledValue;"),
    EVENT_WAIT("MTLSharedEvent", BOOLEAN_OF_2,
            "- (BOOL)waitUntilSignaledValue:(uint64_t)value timeoutMS:(uint64_t)milliseconds;"),

    RESIDENCY_ADD("MTLResidencySet", VOID_OF_LONG, "- (void)addAllocation:(id<MTLAllocation>)allocation;"),
    RESIDENCY_COMMIT("MTLResidencySet", VOID, "- (void)commit;"),
    RESIDENCY_REQUEST("MTLResidencySet", VOID, "- (void)requestResidency;"),
    RESIDENCY_END("MTLResidencySet", VOID, "- (void)endResidency;");

    private final String type;
    private final Signature signature;
    private final String declaration;
    private final String text;

    Selector(String type, Signature signature, String declaration) {
        this.type = type;
        this.signature = signature;
        this.declaration = declaration;
        this.text = textOf(declaration);
    }

    /// The class or protocol that declares the method.
    public String type() {
        return type;
    }

    /// The C shape of the method.
    public Signature signature() {
        return signature;
    }

    /// The declaration as Apple's header has it (availability macros left out).
    public String declaration() {
        return declaration;
    }

    /// The selector string, for instance `setBuffer:offset:atIndex:`.
    public String text() {
        return text;
    }

    /// The registered selector (`SEL`).
    long address() {
        return ObjectiveC.selector(this);
    }

    /// Reads `a:b:` out of `- (x)a:(t)p b:(u)q;`: the words outside parentheses that end in a colon, or the only
    /// word.
    private static String textOf(String declaration) {
        StringBuilder outside = new StringBuilder();
        int depth = 0;
        for (char letter : declaration.substring(1, declaration.length() - 1).toCharArray()) {
            depth += letter == '(' ? 1 : letter == ')' ? -1 : 0;
            outside.append(depth == 0 && letter != ')' ? letter : ' ');
        }
        String flat = outside.toString().replaceAll("\\s*:", ":");
        StringBuilder result = new StringBuilder();
        for (String word : flat.strip().split("\\s+")) {
            if (word.endsWith(":")) {
                result.append(word);
            }
        }
        return result.isEmpty() ? flat.strip() : result.toString();
    }
}
