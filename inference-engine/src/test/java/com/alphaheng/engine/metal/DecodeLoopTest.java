package com.alphaheng.engine.metal;

import com.alphaheng.engine.Engine;
import com.alphaheng.engine.EngineOptions;
import com.alphaheng.engine.Session;
import com.alphaheng.engine.SessionOptions;
import com.alphaheng.engine.backend.CacheFormat;
import com.alphaheng.engine.backend.Device;
import com.alphaheng.engine.backend.DeviceCounters;
import com.alphaheng.engine.backend.DeviceException;
import com.alphaheng.engine.backend.DeviceOptions;
import com.alphaheng.engine.backend.op.Op;
import com.alphaheng.engine.cpu.reference.ReferenceBackend;
import com.alphaheng.engine.format.WeightsLoader;
import com.alphaheng.engine.graph.Optimizations;
import com.alphaheng.engine.graph.Timeline;
import com.alphaheng.engine.model.Weights;
import com.alphaheng.engine.testing.ShippedModel;
import com.sun.management.ThreadMXBean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/// The promises of the decode loop, counted: no wait, one command buffer and no allocation per token.
@SoftMetalTest
class DecodeLoopTest {
    private static Weights weights;
    private static Device device;

    @BeforeAll
    static void open() {
        SoftMetal.set("checks", 0);
        weights = WeightsLoader.load(ShippedModel.directory());
        device = new MetalBackend().open(weights, DeviceOptions.defaults());
    }

    @AfterAll
    static void close() {
        device.close();
        weights.close();
        SoftMetal.set("checks", 1);
    }

    private static Timeline timeline(Optimizations optimizations) {
        Timeline timeline = new Timeline(device, weights, optimizations, 128, 4, 1);
        timeline.append(new int[] {5, 6, 7}, 1);
        timeline.choose();
        return timeline;
    }

    @Test
    void aStepNeitherWaitsNorAllocates() {
        try (Timeline timeline = timeline(Optimizations.standard())) {
            timeline.stepAndChoose();
            timeline.await();
            DeviceCounters before = device.counters();
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            // The interpreter's first visits link call sites, which allocates once.
            for (int i = 0; i < 8; i++) {
                timeline.stepAndChoose();
            }
            DeviceCounters early = device.counters();
            long allocated = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 16; i++) {
                timeline.stepAndChoose();
            }
            long bytes = threads.getCurrentThreadAllocatedBytes() - allocated;
            DeviceCounters done = device.counters().minus(before);
            assertThat(done.hostWaits()).isZero();
            assertThat(done.submissions()).isEqualTo(24);
            assertThat(done.bytesAllocated()).isZero();
            assertThat(early.dispatches() - before.dispatches()).isEqualTo(done.dispatches() / 3);
            // Zero as a rule; a call site linked late may allocate a little once.
            assertThat(bytes / 16).as("bytes allocated in Java per token").isLessThan(16);
            timeline.await();
            assertThat(device.counters().minus(before).gpuNanos()).isPositive();
        }
    }

    /// What is left of a prompt has any length; only the first such step makes buffers.
    @Test
    @Tag("slow")
    void theRestOfAPromptAllocatesNothingOnTheDevice() {
        try (Timeline timeline = new Timeline(device, weights, Optimizations.standard(), 128, 64, 1)) {
            timeline.append(IntStream.range(5, 31).toArray(), 1);
            DeviceCounters before = device.counters();
            assertThat(before.bytesAllocated()).isPositive();
            for (int count : new int[] {19, 25, 22, 17}) {
                timeline.append(IntStream.range(5, 5 + count).toArray(), 1);
            }
            assertThat(device.counters().minus(before).bytesAllocated()).isZero();
        }
    }

    @Test
    void aSessionNeitherWaitsNorLetsTheGpuIdle() {
        try (Engine engine = Engine.open(ShippedModel.directory(), EngineOptions.defaults().withBackend("metal")
                .withEndCheckInterval(4));
                Session session = engine.newSession(SessionOptions.greedy().withContext(128))) {
            session.sync(new int[] {5, 6, 7});
            session.next();
            DeviceCounters before = engine.device().counters();
            for (int i = 0; i < 16; i++) {
                session.next();
                assertThat(session.timeline().choices()).as("steps queued ahead").isGreaterThan(i + 1);
            }
            assertThat(engine.device().counters().minus(before).hostWaits()).isZero();
        }
    }

    private static List<Integer> greedy(Device on) {
        List<Integer> ids = new ArrayList<>();
        try (Timeline timeline = new Timeline(on, weights, Optimizations.standard(), 64, 8, 1)) {
            timeline.append(new int[] {5, 6, 7, 8, 9, 10}, 1);
            timeline.choose();
            for (int i = 0; i < 4; i++) {
                timeline.stepAndChoose();
            }
            timeline.await();
            for (int i = 0; i < timeline.choices(); i++) {
                ids.add(timeline.choice(i));
            }
        }
        return ids;
    }

    @Test
    void aModelThatDoesNotFitIsRefused() {
        try {
            SoftMetal.set("workingSet", 4 << 20);
            assertThatThrownBy(() -> new MetalBackendDevice(weights)).isInstanceOf(DeviceException.class)
                    .hasMessageContaining("this GPU's working set is 0.0 GB").hasMessageContaining("--backend cpu")
                    .hasMessageContaining("iogpu.wired_limit_mb=");
            SoftMetal.set("workingSet", 8L << 30);
            SoftMetal.set("maxBufferLength", 64 << 10);
            try (MetalBackendDevice tiny = new MetalBackendDevice(weights)) {
                assertThatThrownBy(() -> tiny.weights().matrix(weights.embedding()))
                        .isInstanceOf(DeviceException.class)
                        .hasMessageContaining("this GPU's largest buffer 65536: the model does not fit it");
            }
        } finally {
            SoftMetal.set("workingSet", 8L << 30);
            SoftMetal.set("maxBufferLength", 4L << 30);
        }
    }

    @Test
    void theBaselineWaitsForEveryOperation() {
        try (Timeline timeline = timeline(Optimizations.baseline())) {
            DeviceCounters before = device.counters();
            timeline.stepAndChoose();
            DeviceCounters done = device.counters().minus(before);
            assertThat(done.hostWaits()).isEqualTo(done.submissions()).isGreaterThan(100);
            assertThat(done.bytesAllocated()).isPositive();
        }
    }

    /// What the roadmap's checks limit is the recording, whoever runs it; kernels are the GPU's own affair.
    @Test
    void operationsAreCountedAsOnTheHost() {
        try (Device host = new ReferenceBackend().open(weights, DeviceOptions.defaults());
                Timeline onHost = new Timeline(host, weights, Optimizations.standard(), 128, 4, 1);
                Timeline onGpu = timeline(Optimizations.standard())) {
            onHost.append(new int[] {5}, 1);
            onHost.choose();
            DeviceCounters before = device.counters();
            DeviceCounters beforeHost = host.counters();
            onGpu.stepAndChoose();
            onHost.stepAndChoose();
            DeviceCounters done = device.counters().minus(before);
            assertThat(done.operations()).isEqualTo(host.counters().minus(beforeHost).operations()).isPositive();
            assertThat(done.dispatches()).isGreaterThan(done.operations());
        }
    }

    @Test
    void profilingNamesEveryOperation() {
        try (Timeline timeline = timeline(Optimizations.standard().withCacheFormat(CacheFormat.INT8))) {
            Set<String> labels = new HashSet<>();
            long[] total = new long[1];
            timeline.profile((Op operation, long nanos) -> {
                labels.add(operation.label());
                total[0] += nanos;
            });
            timeline.stepAndChoose();
            timeline.await();
            assertThat(labels).contains("embed", "layer 1 route", "layer 5 expert down", "head", "select");
            assertThat(total[0]).isPositive();
        }
    }

    @Test
    void weightsAreNotCopiedAndSmallBuffersHoldThemAll() {
        MetalBackendDevice metal = (MetalBackendDevice) device;
        assertThat(metal.weights().copiedBytes()).isZero();
        SoftMetal.set("maxBufferLength", 6 << 20);
        try (MetalBackendDevice narrow = new MetalBackendDevice(weights)) {
            narrow.weights().matrix(weights.embedding());
            narrow.weights().matrix(weights.head());
            weights.layers().forEach(layer -> narrow.weights().matrix(layer.attention().output()));
            assertThat(narrow.weights().views()).isGreaterThan(2);
            assertThat(narrow.weights().copiedBytes()).isZero();
            assertThat(greedy(narrow)).isEqualTo(greedy(device));
        } finally {
            SoftMetal.set("maxBufferLength", 4L << 30);
        }
    }
}
