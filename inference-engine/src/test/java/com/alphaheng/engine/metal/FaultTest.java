package com.alphaheng.engine.metal;

import com.alphaheng.engine.Engine;
import com.alphaheng.engine.EngineOptions;
import com.alphaheng.engine.Session;
import com.alphaheng.engine.SessionOptions;
import com.alphaheng.engine.backend.CommandStream;
import com.alphaheng.engine.backend.Control;
import com.alphaheng.engine.backend.Device;
import com.alphaheng.engine.backend.DeviceBuffer;
import com.alphaheng.engine.backend.DeviceException;
import com.alphaheng.engine.backend.DeviceOptions;
import com.alphaheng.engine.backend.Program;
import com.alphaheng.engine.backend.op.Advance;
import com.alphaheng.engine.backend.op.ArgMax;
import com.alphaheng.engine.backend.op.Op;
import com.alphaheng.engine.cpu.HostBuffer;
import com.alphaheng.engine.testing.ShippedModel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/// What goes wrong on the GPU ends in an exception that says what, and the process goes on: after each fault the same
/// work is done again, and succeeds.
@SoftMetalTest
class FaultTest {
    private static final List<String> FAULTS = List.of("buffer", "compile", "pipeline", "queue", "device",
            "residency", "commandbuffer", "timeout", "outofmemory", "pagefault", "devicelost");

    @AfterEach
    void disarm() {
        FAULTS.forEach(fault -> SoftMetal.inject(fault, 0, 0));
        System.clearProperty(KernelLibrary.METALLIB_PROPERTY);
    }

    private static Device open() {
        return new MetalBackend().open(null, DeviceOptions.defaults());
    }

    private record Step(Control control, Op operation) implements AutoCloseable {
        static Step on(Device device) {
            Control control = new Control(device.allocate("control", Control.SLOTS * 4L), device.allocate("tokens", 4),
                    device.allocate("ring", 32), 8);
            return new Step(control, new Advance("layer 7 advance", 1, control));
        }

        @Override
        public void close() {
            control.buffer().close();
            control.tokens().close();
            control.ring().close();
        }
    }

    /// The whole path once: open, allocate, prepare, submit, await.
    private static void works() {
        try (Device device = open(); Step step = Step.on(device);
                Program program = device.prepare("step", List.of(step.operation()));
                CommandStream stream = device.newStream()) {
            stream.await(stream.submit(program));
            assertThat(step.control().buffer().readInt(Control.POSITION * 4L)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            timeout     | GPU Timeout         | prefill in smaller pieces
            outofmemory | Insufficient Memory | use a shorter context
            pagefault   | GPU Address Fault   | MTLCommandBufferErrorDomain 3
            devicelost  | device was removed  | the model must be loaded again
            """)
    void aCommandBufferFailsInTheMiddleOfDecoding(String fault, String words, String remedy) {
        try (Device device = open(); Step step = Step.on(device);
                Program program = device.prepare("greedy decode", List.of(step.operation()))) {
            try (CommandStream stream = device.newStream()) {
                stream.await(stream.submit(program));
                SoftMetal.inject(fault, 2, 1);
                stream.submit(program);
                long bad = stream.submit(program);
                long after = stream.submit(program);
                assertThatThrownBy(() -> stream.await(bad)).isInstanceOf(DeviceException.class)
                        .hasMessageContaining("greedy decode").hasMessageContaining(words).hasMessageContaining(remedy);
                // The stream stays failed: what it would compute from here on is built on what is missing.
                assertThatThrownBy(() -> stream.await(after)).isInstanceOf(DeviceException.class);
                assertThatThrownBy(() -> stream.submit(program)).isInstanceOf(DeviceException.class);
            }
            // The device and its buffers serve the next session.
            try (CommandStream next = device.newStream()) {
                next.await(next.submit(program));
            }
        }
        works();
    }

    @Test
    @Tag("slow")
    void aSessionFailsToOpenOrBreaksOffAndTheNextOneWorks() {
        SoftMetal.set("checks", 0);
        try (Engine engine = Engine.open(ShippedModel.directory(), EngineOptions.defaults().withBackend("metal"))) {
            SessionOptions options = SessionOptions.greedy().withContext(64);
            for (String fault : List.of("buffer", "queue")) {
                SoftMetal.inject(fault, fault.equals("buffer") ? 6 : 1, 1);
                assertThatThrownBy(() -> engine.newSession(options)).isInstanceOf(DeviceException.class);
            }
            int[] whole = new int[20];
            try (Session session = engine.newSession(options)) {
                session.sync(new int[] {5, 6, 7});
                Arrays.setAll(whole, index -> session.next());
            }
            try (Session session = engine.newSession(options)) {
                session.sync(new int[] {5, 6, 7});
                SoftMetal.inject("devicelost", 20, 1);
                assertThatThrownBy(() -> Arrays.setAll(new int[40], index -> session.next()))
                        .isInstanceOf(DeviceException.class).hasMessageContaining("greedy decode")
                        .hasMessageContaining("the model must be loaded again");
            }
            try (Session session = engine.newSession(options)) {
                session.sync(new int[] {5, 6, 7});
                int[] again = new int[20];
                Arrays.setAll(again, index -> session.next());
                assertThat(again).isEqualTo(whole);
            }
        } finally {
            SoftMetal.set("checks", 1);
        }
    }

    @Test
    void aSourceDoesNotCompile() {
        SoftMetal.inject("compile", 1, 1);
        assertThatThrownBy(FaultTest::open).isInstanceOf(DeviceException.class)
                .hasMessageContaining("newLibraryWithSource 'kernels'").hasMessageContaining("./marlin doctor --metal");
        works();
    }

    @Test
    void aKernelDoesNotCompile(@TempDir Path folder) throws IOException {
        Path broken = Files.writeString(folder.resolve("broken.metallib"), "SOFTMTLB\nkernel void k( {");
        System.setProperty(KernelLibrary.METALLIB_PROPERTY, broken.toString());
        assertThatThrownBy(FaultTest::open).isInstanceOf(DeviceException.class)
                .hasMessageContaining("newLibraryWithURL 'kernels'");
        System.clearProperty(KernelLibrary.METALLIB_PROPERTY);
        works();
    }

    @Test
    void aPipelineFails() {
        try (Device device = open(); Step step = Step.on(device)) {
            SoftMetal.inject("pipeline", 1, 1);
            assertThatThrownBy(() -> device.prepare("step", List.of(step.operation())))
                    .isInstanceOf(DeviceException.class).hasMessageContaining("newComputePipelineState 'advance'")
                    .hasMessageContaining("internal error").hasMessageContaining("./marlin doctor --metal");
            device.prepare("step", List.of(step.operation())).close();
        }
    }

    @Test
    void noMemoryForABuffer() {
        try (Device device = open()) {
            SoftMetal.inject("buffer", 1, 1);
            assertThatThrownBy(() -> device.allocate("KV cache of layer 3", 1 << 20))
                    .isInstanceOf(DeviceException.class).hasMessageContaining("'KV cache of layer 3'")
                    .hasMessageContaining("no buffer of 1048576 bytes")
                    .hasMessageContaining("smaller KV format");
            device.allocate("KV cache of layer 3", 1 << 20).close();
        }
        works();
    }

    /// Whatever part of opening fails, what was opened before is given back: the guard of these tests counts objects.
    @Test
    void noMemoryWhileOpening() {
        for (String fault : List.of("buffer", "compile", "residency")) {
            long open = MetalObject.openObjects();
            SoftMetal.inject(fault, 1, 1);
            assertThatThrownBy(FaultTest::open).as(fault).isInstanceOf(DeviceException.class);
            assertThat(MetalObject.openObjects()).as(fault).isEqualTo(open);
        }
        works();
    }

    @Test
    void noDeviceNoQueueNoCommandBuffer() {
        SoftMetal.inject("device", 1, 1);
        assertThatThrownBy(FaultTest::open).isInstanceOf(DeviceException.class)
                .hasMessageContaining("MTLCreateSystemDefaultDevice");
        try (Device device = open(); Step step = Step.on(device);
                Program program = device.prepare("step", List.of(step.operation()))) {
            SoftMetal.inject("queue", 1, 1);
            assertThatThrownBy(device::newStream).isInstanceOf(DeviceException.class)
                    .hasMessageContaining("newCommandQueue");
            try (CommandStream stream = device.newStream()) {
                SoftMetal.inject("commandbuffer", 1, 1);
                assertThatThrownBy(() -> stream.submit(program)).isInstanceOf(DeviceException.class)
                        .hasMessageContaining("was the GPU removed?");
            }
        }
        works();
    }

    @Test
    void aBufferOfAnotherBackEnd() {
        try (Device device = open(); DeviceBuffer own = device.allocate("logits", 64);
                DeviceBuffer foreign = new HostBuffer("ids", 4)) {
            assertThatThrownBy(() -> device.prepare("step", List.of(new ArgMax("argmax", own, 1, 16, foreign))))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("belongs to another back end");
        }
    }
}
