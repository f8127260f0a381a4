package com.alphaheng.engine.cpu.nativelib;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// The C library's memory: `calloc` and `free`.
public final class HostMemory {

    private static final MethodHandle CALLOC = function("calloc",
        FunctionDescriptor.of(ADDRESS, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle FREE = function("free", FunctionDescriptor.ofVoid(ADDRESS));

    private HostMemory() {
    }

    private static MethodHandle function(String name, FunctionDescriptor descriptor) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor);
    }

    /// `bytes` bytes of zeros, for every thread until [#free]; the null segment when there are none to be had.
    public static MemorySegment zeroed(long bytes) {
        try {
            MemorySegment memory = (MemorySegment) CALLOC.invokeExact(1L, bytes);
            return memory.equals(MemorySegment.NULL) ? memory : memory.reinterpret(bytes);
        } catch (Throwable e) {
            throw new IllegalStateException("calloc", e);
        }
    }

    /// Ends what [#zeroed] returned; the segment must not be used again.
    public static void free(MemorySegment memory) {
        try {
            FREE.invokeExact(memory);
        } catch (Throwable e) {
            throw new IllegalStateException("free", e);
        }
    }
}
