package com.alphaheng.engine.metal;

import com.alphaheng.engine.backend.CacheFormat;
import com.alphaheng.engine.metal.objc.MessageSend;
import com.alphaheng.engine.metal.objc.MetalPlatform;
import com.alphaheng.engine.metal.objc.Selector;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What `./marlin doctor --metal` asks of the GPU itself, in words for a report.
public final class GpuCheck {
    private static final int COPY_THREADS = 256;

    private GpuCheck() {
    }

    /// What was probed, a line each.
    public static List<String> capabilities() {
        try (MetalDevice device = MetalDevice.open()) {
            MetalCapabilities found = device.capabilities();
            return List.of("name: " + found.name(), "system: " + found.system(), "families: " + found.families(),
                    "unified memory: " + found.unifiedMemory(), "working set: " + found.workingSetBytes() + " bytes",
                    "largest buffer: " + found.maxBufferBytes() + " bytes",
                    "threadgroup memory: " + found.maxThreadgroupMemoryBytes() + " bytes",
                    "residency sets: " + found.residencySets());
        }
    }

    /// Nanoseconds that one message to the GPU's object takes, call from Java included: the fastest of some rounds.
    public static double messageNanos() {
        int messages = 100_000;
        try (MetalDevice device = MetalDevice.open()) {
            long fastest = Long.MAX_VALUE;
            for (int round = 0; round < 10; round++) {
                long start = System.nanoTime();
                for (int i = 0; i < messages; i++) {
                    MessageSend.sendForLong(device.id(), Selector.REGISTRY_ID);
                }
                fastest = Math.min(fastest, System.nanoTime() - start);
            }
            return (double) fastest / messages;
        }
    }

    /// Compiles every kernel in every variant: all weight formats, token counts and cache formats.
    ///
    /// @return a line for the library and for each kernel
    /// @throws MetalException the first that does not compile
    public static List<String> compileAll() {
        List<String> lines = new ArrayList<>();
        try (MetalDevice device = MetalDevice.open()) {
            long start = System.nanoTime();
            try (KernelLibrary kernels = new KernelLibrary(device)) {
                lines.add(String.format(Locale.ROOT, "source compiled in %.2f s", (System.nanoTime() - start) / 1e9));
                for (String kernel : kernels.kernels()) {
                    lines.add(compile(kernels, kernel));
                }
            }
        }
        return lines;
    }

    private static String compile(KernelLibrary kernels, String kernel) {
        long start = System.nanoTime();
        long fewest = Long.MAX_VALUE;
        int variants = 0;
        // Kernels of weights do not depend on the cache's format, nor the other way round.
        for (int choice = 0; choice < 4; choice++) {
            for (int group : new int[] {32, 128}) {
                KernelVariant variant = KernelVariant.of(kernel).with(FunctionConstant.WEIGHT_FORMAT, choice)
                        .with(FunctionConstant.GROUP_SIZE, group)
                        .with(FunctionConstant.CACHE_FORMAT, CacheFormat.values()[choice].ordinal())
                        .with(FunctionConstant.TOKENS, choice + 1);
                fewest = Math.min(fewest, kernels.pipeline(variant).maxThreads());
                variants++;
            }
        }
        return String.format(Locale.ROOT, "ok: %s, %d variants in %.2f s, threadgroups of up to %d threads", kernel,
                variants, (System.nanoTime() - start) / 1e9, fewest);
    }

    /// Bytes read and written per second by a kernel that copies, the fastest of some rounds.
    public static double copyGigabytesPerSecond() {
        // Another library in Metal's place does not measure a GPU; there the kernel shall only run.
        boolean real = MetalPlatform.isSystemMetal();
        return copyGigabytesPerSecond(real ? 256 << 20 : 64 << 10, real ? 8 : 1);
    }

    private static double copyGigabytesPerSecond(int bytes, int rounds) {
        try (Arena arena = Arena.ofConfined(); MetalDevice device = MetalDevice.open();
                MetalQueue queue = device.queue("bandwidth", 4); KernelLibrary kernels = new KernelLibrary(device);
                MetalBuffer from = device.buffer("from", bytes, MetalBuffer.Storage.SHARED);
                MetalBuffer to = device.buffer("to", bytes, MetalBuffer.Storage.PRIVATE)) {
            from.contents().fill((byte) 1);
            int count = bytes / 4;
            MetalComputeEncoder encoder = new MetalComputeEncoder(arena);
            long fastest = Long.MAX_VALUE;
            for (int round = 0; round < rounds; round++) {
                try (MetalCommandBuffer commands = new MetalCommandBuffer("copy");
                        AutoreleasePool _ = AutoreleasePool.open()) {
                    commands.begin(queue);
                    encoder.begin(commands, MetalComputeEncoder.Order.SERIAL);
                    encoder.pipeline(kernels.pipeline(KernelVariant.of("copy")));
                    encoder.buffer(0, from, 0);
                    encoder.buffer(1, to, 0);
                    encoder.bytes(2, ArgumentLayout.ELEMENT.fill(arena, count, 0, 0));
                    encoder.dispatch(ProgramBuilder.blocks(count, COPY_THREADS), 1, 1, COPY_THREADS);
                    encoder.end();
                    commands.commit();
                    commands.await();
                    fastest = Math.min(fastest, commands.gpuNanos());
                }
            }
            return 2.0 * bytes / fastest;
        }
    }
}
