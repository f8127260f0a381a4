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
    /// MADV_WILLNEED, MADV_DONTNEED, MADV_PAGEOUT.
    private static final int WILL_NEED = 3;
    private static final int DO_NOT_NEED = 4;
    private static final int PAGE_OUT = 21;
    private static final long PAGE = 4096;

    /// Null where there is no such call.
    private static final MethodHandle ADVISE = madvise();

    private PageCache() { }

    /// Asks for large pages under a mapped file. Weights then come from disk in pieces of 2 MB, several times as
    /// fast, and decoding misses the translation buffer less: measured 12 against 40 GB/s (docs/cpu-kernels.md).
    public static void adviseLargePages(MemorySegment mapping) {
        advise(mapping.address(), mapping.byteSize(), HUGE_PAGES);
    }

    /// Asks the system to start reading a piece of a mapped file.
    public static void adviseNeeded(MemorySegment piece) {
        long start = piece.address() / PAGE * PAGE;
        advise(start, piece.address() + piece.byteSize() - start, WILL_NEED);
    }

    /// Gives the whole pages of a piece of a mapped file back to the system; touching them reads the file again.
    public static void adviseUnneeded(MemorySegment piece) {
        long start = (piece.address() + PAGE - 1) / PAGE * PAGE;
        long end = (piece.address() + piece.byteSize()) / PAGE * PAGE;
        if (end > start) {
            // First out of this process, then out of the file cache.
            advise(start, end - start, PAGE_OUT);
            advise(start, end - start, DO_NOT_NEED);
        }
    }

    private static void advise(long address, long bytes, int advice) {
        if (ADVISE == null) {
            return;
        }
        try {
            // A refusal (a kernel without it, a file system that cannot) costs speed or memory, not correctness.
            int refused = (int) ADVISE.invokeExact(MemorySegment.ofAddress(address), bytes, advice);
            assert refused <= 0;
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    private static MethodHandle madvise() {
        if (!System.getProperty("os.name").equals("Linux")) {
            return null;
        }
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow("madvise"),
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    }
}
