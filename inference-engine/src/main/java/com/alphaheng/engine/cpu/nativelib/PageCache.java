package com.alphaheng.engine.cpu.nativelib;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// Advice to Linux about the pages of mapped weights. Elsewhere, and where the kernel declines, nothing happens.
public final class PageCache {

    /// MADV_HUGEPAGE of `madvise(2)`.
    private static final int HUGE_PAGES = 14;

    private static final boolean LINUX = System.getProperty("os.name").equals("Linux");

    private PageCache() { }

    /// Asks for large pages under a mapped file. Weights then come from disk in pieces of 2 MB, several times as
    /// fast, and decoding misses the translation buffer less: measured 12 against 40 GB/s (docs/cpu-kernels.md).
    public static void adviseLargePages(MemorySegment mapping) {
        if (!LINUX) {
            return;
        }
        Linker linker = Linker.nativeLinker();
        MethodHandle advise = linker.downcallHandle(linker.defaultLookup().findOrThrow("madvise"),
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
        try {
            // A refusal (a kernel without them, a file system that cannot) costs speed only.
            int refused = (int) advise.invokeExact(mapping, mapping.byteSize(), HUGE_PAGES);
            assert refused <= 0;
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }
}
