package com.alphaheng.engine.metal;

import com.alphaheng.engine.metal.MetalBuffer.Storage;
import com.alphaheng.engine.metal.MetalComputeEncoder.Order;
import com.alphaheng.engine.metal.objc.MetalPlatform;
import com.alphaheng.engine.metal.objc.ObjectiveC;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/// The binding, message by message, on the soft Metal.
@SoftMetalTest
class BindingTest {
    private static final String DOUBLE_IT = """
            #include <metal_stdlib>
            using namespace metal;
            constant uint FACTOR [[function_constant(0)]];
            kernel void scale(device const float* in [[buffer(0)]], device float* out [[buffer(1)]],
                    constant uint& count [[buffer(2)]], uint i [[thread_position_in_grid]]) {
                if (i < count) {
                    out[i] = float(FACTOR) * in[i];
                }
            }
            """;

    @Test
    void probesWhatTheGpuOffers() {
        try (MetalDevice device = MetalDevice.open()) {
            MetalCapabilities found = device.capabilities();
            assertThat(found.name()).isEqualTo("Soft Metal");
            assertThat(found.families()).contains("Apple7", "Metal3").doesNotContain("Metal4");
            assertThat(found.residencySets()).isTrue();
            assertThat(found.unsupportedReason()).isEmpty();
        }
    }

    @Test
    void tellsOldSystemsByTheirSelectors() {
        SoftMetal.hide("newResidencySetWithDescriptor:error:", true);
        SoftMetal.hide("setMathMode:", true);
        SoftMetal.set("apple7", 0);
        SoftMetal.set("metal3", 0);
        try (MetalDevice device = MetalDevice.open()) {
            device.libraryFromSource("scale", DOUBLE_IT + "inline void f(simdgroup_float8x8 m) { }\n").close();
            assertThat(device.capabilities().residencySets()).isFalse();
            assertThat(device.capabilities().unsupportedReason()).contains("M1");
        } finally {
            SoftMetal.hide("newResidencySetWithDescriptor:error:", false);
            SoftMetal.hide("setMathMode:", false);
            SoftMetal.set("apple7", 1);
            SoftMetal.set("metal3", 1);
        }
    }

    /// In a process of its own: the switch is read once.
    @Test
    void everyMessageIsPrintedOnDemand() throws IOException {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "--add-modules", "jdk.incubator.vector",
                "-Dmarlin.metal.trace=true", "-D" + MetalPlatform.LIBRARY_PROPERTY + "="
                + System.getProperty(MetalPlatform.LIBRARY_PROPERTY), "-cp", System.getProperty("java.class.path"),
                "com.alphaheng.engine.cli.Marlin", "doctor", "--no-bandwidth").redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(output)
                .containsPattern("metal: \\[MTLDevice 0x[0-9a-f]+ supportsFamily:1007\\]\nmetal: +  = true\n")
                .containsPattern("metal: \\[NSObject 0x[0-9a-f]+ release\\]");
    }

    @Test
    void runsAKernelOverSharedPrivateAndForeignMemory() {
        try (Arena arena = Arena.ofConfined(); MetalDevice device = MetalDevice.open();
                MetalQueue queue = device.queue("test", 4);
                MetalLibrary library = device.libraryFromSource("scale", DOUBLE_IT);
                MetalPipeline pipeline = library.pipeline(device,
                        KernelVariant.of("scale").with(FunctionConstant.WEIGHT_FORMAT, 3));
                MetalBuffer hidden = device.buffer("hidden", 400, Storage.PRIVATE);
                MetalBuffer out = device.buffer("out", 400, Storage.SHARED);
                MetalSharedEvent event = device.sharedEvent("done");
                MetalCommandBuffer commands = new MetalCommandBuffer("test")) {
            assertThat(library.functionNames()).containsExactly("scale");
            MemorySegment foreign = arena.allocate(ObjectiveC.pageSize(), ObjectiveC.pageSize());
            for (int i = 0; i < 100; i++) {
                foreign.setAtIndex(ValueLayout.JAVA_FLOAT, i, i + 0.5f);
            }
            MemorySegment count = arena.allocateFrom(ValueLayout.JAVA_INT, 100);
            try (MetalBuffer wrapped = device.bufferNoCopy("foreign", foreign);
                    AutoreleasePool _ = AutoreleasePool.open()) {
                MetalComputeEncoder encoder = new MetalComputeEncoder(arena);
                commands.begin(queue);
                encoder.begin(commands, Order.CONCURRENT);
                encoder.pipeline(pipeline);
                encoder.buffer(0, wrapped, 0);
                encoder.buffer(1, hidden, 0);
                encoder.bytes(2, count);
                encoder.dispatch(4, 1, 1, 32);
                encoder.end();
                commands.copy(hidden, 0, out, 0, 400);
                commands.fill(out, MetalRange.of(arena, 0, 4), (byte) 0);
                commands.signal(event, 7);
                commands.commit();
                assertThat(event.await(7, 10_000)).isTrue();
                commands.await();
            }
            assertThat(out.contents().getAtIndex(ValueLayout.JAVA_FLOAT, 0)).isZero();
            assertThat(out.contents().getAtIndex(ValueLayout.JAVA_FLOAT, 99)).isEqualTo(3 * 99.5f);
            assertThat(commands.gpuNanos()).isPositive();
            assertThat(event.value()).isEqualTo(7);
        }
    }

    @Test
    void eventsHoldTheGpuBack() {
        try (MetalDevice device = MetalDevice.open(); MetalQueue queue = device.queue("test", 4);
                MetalSharedEvent event = device.sharedEvent("go");
                MetalCommandBuffer commands = new MetalCommandBuffer("held")) {
            try (AutoreleasePool _ = AutoreleasePool.open()) {
                commands.begin(queue);
                commands.waitFor(event, 1);
                commands.commit();
            }
            assertThat(event.await(1, 20)).isFalse();
            assertThat(commands.isFinished()).isFalse();
            event.signal(1);
            commands.await();
            assertThat(commands.isFinished()).isTrue();
        }
    }

    @Test
    void residencySetsHoldTheirBuffers() {
        try (MetalDevice device = MetalDevice.open(); MetalQueue queue = device.queue("test", 4);
                MetalBuffer buffer = device.buffer("weights", 64, Storage.SHARED);
                MetalResidencySet set = device.residencySet("weights")) {
            set.add(List.of(buffer));
            queue.addResidencySet(set);
            queue.removeResidencySet(set);
            assertThat(device.allocatedBytes()).isPositive();
        }
    }

    @Test
    void opensAPrecompiledLibrary(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("kernels.metallib"), "SOFTMTLB\n" + DOUBLE_IT);
        try (MetalDevice device = MetalDevice.open(); MetalLibrary library = device.libraryFromFile("kernels", file)) {
            assertThat(library.functionNames()).containsExactly("scale");
            assertThatThrownBy(() -> device.libraryFromFile("missing", folder.resolve("none.metallib")))
                    .isInstanceOf(MetalException.class)
                    .hasMessageContaining("newLibraryWithURL 'missing' failed (MTLLibraryErrorDomain 1)");
        }
    }

    @Test
    void compilerErrorsNameTheirPlace() {
        try (MetalDevice device = MetalDevice.open()) {
            assertThatThrownBy(() -> device.libraryFromSource("broken", "#line 1 \"Broken.metal\"\nint x = ;\n"))
                    .isInstanceOf(MetalException.class)
                    .hasMessageContaining("newLibraryWithSource 'broken'").hasMessageContaining("Broken.metal:1");
            try (MetalLibrary library = device.libraryFromSource("scale", DOUBLE_IT)) {
                assertThatThrownBy(() -> library.pipeline(device, new KernelVariant("absent", Map.of())))
                        .isInstanceOf(MetalException.class).hasMessageContaining("newFunction 'absent'");
            }
        }
    }

    @Test
    void refusesBuffersThatAreNotPages() {
        try (Arena arena = Arena.ofConfined(); MetalDevice device = MetalDevice.open()) {
            assertThatThrownBy(() -> device.bufferNoCopy("odd", arena.allocate(100, 64)))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("whole pages");
            assertThatThrownBy(() -> device.buffer("none", 0, Storage.SHARED))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void closedObjectsSayTheirName() {
        MetalDevice device = MetalDevice.open();
        MetalBuffer buffer = device.buffer("scratch", 64, Storage.SHARED);
        buffer.close();
        buffer.close();
        assertThatThrownBy(buffer::contents).hasMessage("MetalBuffer 'scratch' is closed");
        device.close();
    }
}
