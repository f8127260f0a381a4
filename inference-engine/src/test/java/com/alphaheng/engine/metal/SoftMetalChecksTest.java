package com.alphaheng.engine.metal;

import com.alphaheng.engine.metal.MetalBuffer.Storage;
import com.alphaheng.engine.metal.MetalComputeEncoder.Order;
import com.alphaheng.engine.metal.objc.MessageSend;
import com.alphaheng.engine.metal.objc.Selector;
import org.junit.jupiter.api.Test;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.function.Consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/// The soft Metal finds the mistakes it claims to find: a check that cannot fail proves nothing.
@SoftMetalTest
class SoftMetalChecksTest {
    private static final String HEAD = "#include <metal_stdlib>\nusing namespace metal;\n";

    /// Runs kernel `k` over 64 threads in 2 threadgroups; its parameters are buffers of 256 bytes, the first zeroed.
    private static void run(String body) {
        run(body, Order.SERIAL, 1);
    }

    private static void run(String body, Order order, int dispatches) {
        String source = HEAD + "kernel void k(device const float* in [[buffer(0)]], device float* out [[buffer(1)]],"
                + " uint g [[threadgroup_position_in_grid]], uint t [[thread_index_in_threadgroup]],"
                + " uint lane [[thread_index_in_simdgroup]]) {\n" + body + "\n}\n";
        encode(source, "k", order, dispatches, encoder -> { });
    }

    private static void encode(String source, String kernel, Order order, int dispatches,
            Consumer<MetalComputeEncoder> before) {
        try (Arena arena = Arena.ofConfined(); MetalDevice device = MetalDevice.open();
                MetalQueue queue = device.queue("checks", 4);
                MetalLibrary library = device.libraryFromSource("checks", source);
                MetalPipeline pipeline = library.pipeline(device, KernelVariant.of(kernel));
                MetalBuffer in = device.buffer("in", 256, Storage.SHARED);
                MetalBuffer out = device.buffer("out", 256, Storage.SHARED);
                MetalCommandBuffer commands = new MetalCommandBuffer("checks");
                AutoreleasePool _ = AutoreleasePool.open()) {
            in.contents().fill((byte) 0);
            MetalComputeEncoder encoder = new MetalComputeEncoder(arena);
            commands.begin(queue);
            encoder.begin(commands, order);
            encoder.pipeline(pipeline);
            encoder.buffer(0, in, 0);
            encoder.buffer(1, out, 0);
            before.accept(encoder);
            for (int i = 0; i < dispatches; i++) {
                encoder.dispatch(2, 1, 1, 32);
            }
            encoder.end();
            commands.commit();
            commands.awaitQuietly();
        }
    }

    private static void assertFound(String words) {
        assertThat(SoftMetal.takeViolations()).isNotEmpty().allSatisfy(line -> assertThat(line).contains(words));
    }

    @Test
    void correctKernelsPass() {
        run("out[g * 32 + t] = simd_sum(in[g * 32 + t]);");
        assertThat(SoftMetal.takeViolations()).isEmpty();
    }

    @Test
    void accessOutOfBounds() {
        run("out[g * 32 + t] = in[g * 32 + t + 1];");
        assertFound("read of 4 bytes out of bounds: in [[buffer(0)]] 'in' of 256 bytes, at byte 256");
        run("if (t == 0 && g == 0) { out[1000000] = 1.0f; }");
        assertFound("write of 4 bytes out of bounds: out [[buffer(1)]]");
        run("threadgroup float tile[32]; tile[t + 1] = 0.0f;");
        assertFound("out of bounds: threadgroup array");
    }

    @Test
    void missingBarrierInAThreadgroup() {
        String body = "threadgroup float tile[32];\n    tile[t] = in[t];\n    %s\n    out[g * 32 + t] = tile[31 - t];";
        run(body.formatted(""));
        assertThat(SoftMetal.takeViolations()).anyMatch(line -> line.contains("race in threadgroup array"))
                .anyMatch(line -> line.contains("read of memory nobody wrote"));
        run(body.formatted("threadgroup_barrier(mem_flags::mem_threadgroup);"));
        assertThat(SoftMetal.takeViolations()).isEmpty();
    }

    @Test
    void racesBetweenThreadgroupsAndDispatches() {
        run("out[t] = 1.0f;");
        assertFound("write after write with threadgroup");
        run("out[g * 32 + t] = 1.0f;", Order.CONCURRENT, 2);
        assertFound("write after write with threadgroup");
        run("out[g * 32 + t] = 1.0f;", Order.SERIAL, 2);
        assertThat(SoftMetal.takeViolations()).isEmpty();
    }

    @Test
    void readOfMemoryNobodyWrote() {
        run("out[g * 32 + t] = out[g * 32 + t] + 1.0f;");
        assertFound("read of memory nobody wrote: out");
        run("threadgroup float tile[32]; out[g * 32 + t] = tile[t];");
        assertFound("read of memory nobody wrote: threadgroup array");
    }

    @Test
    void writeToAConstArgument() {
        run("((device float*) in)[g * 32 + t] = 1.0f;");
        assertFound("write to the read-only argument in");
    }

    @Test
    void divergence() {
        run("if (t < 7) { out[g * 32 + t] = simd_sum(in[t]); }");
        assertFound("simdgroup operation reached by 7 of 32 lanes");
        run("if (t < 7) { threadgroup_barrier(mem_flags::mem_threadgroup); }");
        assertFound("threadgroup barrier reached by 7 of 32 threads");
    }

    @Test
    void argumentsThatAreNotBound() {
        encode(HEAD + "kernel void k(device float* x [[buffer(5)]]) { x[0] = 0.0f; }", "k", Order.SERIAL, 1,
                encoder -> { });
        assertFound("x [[buffer(5)]] is not bound");
        String source = HEAD + "struct A { uint a; uint b; };\n"
                + "kernel void k(device float* x [[buffer(1)]], constant A& a [[buffer(2)]]) { }";
        encode(source, "k", Order.SERIAL, 1, encoder -> {
            try (Arena arena = Arena.ofConfined()) {
                encoder.bytes(2, arena.allocate(12));
            }
        });
        assertFound("was given 12 bytes, the struct has 8");
    }

    /// What Apple's compiler refuses must not compile here: the library of a Mac would be missing whole.
    @Test
    void sourcesThatApplesCompilerRefuses() {
        refused("kernel void k(device float* x [[buffer(0)]], uint3 g [[threadgroup_position_in_grid]],"
                + " uint n [[threads_per_threadgroup]]) { }", "either all scalar types or all vector types");
        refused("kernel void k(device float* x [[buffer(31)]]) { }", "out of bounds: 0 to 30");
        refused("kernel void k(device float* x [[buffer(1)]], device float* y [[buffer(1)]]) { }", "is used twice");
        refused("kernel void k(device float* x [[buffer(1)]], uint3 i [[thread_index_in_threadgroup]]) { }",
                "invalid type 'uint3' for attribute 'thread_index_in_threadgroup'");
    }

    private static void refused(String kernel, String words) {
        try (MetalDevice device = MetalDevice.open()) {
            assertThatThrownBy(() -> device.libraryFromSource("refused", HEAD + kernel))
                    .isInstanceOf(MetalException.class).hasMessageContaining(words);
        }
    }

    @Test
    void functionConstantsThatAreNotGiven() {
        String source = HEAD + "constant uint A [[function_constant(0)]];\nconstant uint B [[function_constant(1)]];\n"
                + "inline uint both() { return A == 0 ? 0 : B; }\n"
                + "kernel void k(device uint* x [[buffer(0)]]) { x[0] = both(); }\n"
                + "kernel void none(device uint* x [[buffer(0)]]) { x[0] = 0; }";
        try (MetalDevice device = MetalDevice.open();
                MetalLibrary library = device.libraryFromSource("constants", source)) {
            KernelVariant half = KernelVariant.of("k").with(FunctionConstant.WEIGHT_FORMAT, 0);
            assertThatThrownBy(() -> library.pipeline(device, half)).isInstanceOf(MetalException.class)
                    .hasMessageContaining("needs function constant 1, which was given no value");
            library.pipeline(device, half.with(FunctionConstant.GROUP_SIZE, 1)).close();
            library.pipeline(device, KernelVariant.of("none")).close();
        }
    }

    @Test
    void threadgroupsLargerThanTheKernelSays() {
        encode(HEAD + "[[max_total_threads_per_threadgroup(16)]] kernel void k(device float* x [[buffer(1)]]) { }", "k",
                Order.SERIAL, 1, encoder -> { });
        assertFound("dispatchThreadgroups: 2x1x1 of 32 threads");
        run("threadgroup float a[8000];\n    threadgroup float b[400]; a[t] = 0.0f; b[t] = 0.0f;");
        assertFound("33600 bytes of threadgroup memory, at most 32768");
    }

    @Test
    void wrongMessages() {
        try (MetalDevice device = MetalDevice.open()) {
            MessageSend.send(device.id(), Selector.COMMIT);
            assertFound("unrecognized selector -[MTLDevice commit]");
            assertThatThrownBy(() -> MessageSend.sendForLong(device.id(), Selector.COMMIT))
                    .isInstanceOf(AssertionError.class);
        }
    }

    @Test
    void overReleaseAndUseAfterRelease() {
        MetalDevice device = MetalDevice.open();
        long id = device.id();
        device.close();
        MessageSend.send(id, Selector.RELEASE);
        assertFound("message release to released MTLDevice");
    }

    @Test
    void leaks() {
        int before = SoftMetal.liveObjects().size();
        MetalDevice device = MetalDevice.open();
        long again = MessageSend.sendForLong(device.id(), Selector.RETAIN);
        device.close();
        assertThat(SoftMetal.liveObjects()).hasSize(before + 1).anyMatch(line -> line.startsWith("MTLDevice"));
        MessageSend.send(again, Selector.RELEASE);
        assertThat(SoftMetal.liveObjects()).hasSize(before);
    }

    @Test
    void aBufferReleasedBeforeTheGpuUsesIt() {
        try (Arena arena = Arena.ofConfined(); MetalDevice device = MetalDevice.open();
                MetalQueue queue = device.queue("checks", 4); MetalSharedEvent event = device.sharedEvent("go");
                MetalLibrary library = device.libraryFromSource("k",
                        HEAD + "kernel void k(device float* x [[buffer(0)]]) { x[0] = 1.0f; }");
                MetalPipeline pipeline = library.pipeline(device, KernelVariant.of("k"));
                MetalCommandBuffer commands = new MetalCommandBuffer("k"); AutoreleasePool _ = AutoreleasePool.open()) {
            MetalBuffer buffer = device.buffer("short-lived", 64, Storage.SHARED);
            MetalComputeEncoder encoder = new MetalComputeEncoder(arena);
            commands.begin(queue);
            commands.waitFor(event, 1);
            encoder.begin(commands, Order.SERIAL);
            encoder.pipeline(pipeline);
            encoder.buffer(0, buffer, 0);
            encoder.dispatch(1, 1, 1, 32);
            encoder.end();
            commands.commit();
            buffer.close();
            event.signal(1);
            commands.awaitQuietly();
        }
        assertFound("was released before the GPU used it");
    }

    @Test
    void halfIsRoundedAsIeeeSays() {
        try (Arena arena = Arena.ofConfined(); MetalDevice device = MetalDevice.open();
                MetalQueue queue = device.queue("half", 4);
                MetalLibrary library = device.libraryFromSource("half", HEAD
                        + "kernel void k(device const float* in [[buffer(0)]], device ushort* out [[buffer(1)]],"
                        + " uint i [[thread_position_in_grid]]) { out[i] = as_type<ushort>(half(in[i])); }");
                MetalPipeline pipeline = library.pipeline(device, KernelVariant.of("k"));
                MetalBuffer in = device.buffer("in", 1024 * 4, Storage.SHARED);
                MetalBuffer out = device.buffer("out", 1024 * 2, Storage.SHARED);
                MetalCommandBuffer commands = new MetalCommandBuffer("half");
                AutoreleasePool _ = AutoreleasePool.open()) {
            float[] values = new float[1024];
            for (int i = 0; i < values.length; i++) {
                values[i] = Float.intBitsToFloat(i * 4194301 ^ i * 77);
                in.contents().setAtIndex(ValueLayout.JAVA_FLOAT, i, values[i]);
            }
            MetalComputeEncoder encoder = new MetalComputeEncoder(arena);
            commands.begin(queue);
            encoder.begin(commands, Order.SERIAL);
            encoder.pipeline(pipeline);
            encoder.buffer(0, in, 0);
            encoder.buffer(1, out, 0);
            encoder.dispatch(32, 1, 1, 32);
            encoder.end();
            commands.commit();
            commands.await();
            for (int i = 0; i < values.length; i++) {
                short found = out.contents().getAtIndex(ValueLayout.JAVA_SHORT, i);
                if (!Float.isNaN(values[i])) {
                    assertThat(found).as("half of %s", values[i]).isEqualTo(Float.floatToFloat16(values[i]));
                }
            }
        }
    }
}
