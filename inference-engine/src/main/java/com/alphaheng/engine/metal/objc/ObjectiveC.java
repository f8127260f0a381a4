package com.alphaheng.engine.metal.objc;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

/// The C functions of the Objective-C runtime and Metal's one C entry point.
///
/// Initialising this class opens the libraries: ask [MetalPlatform#unavailableReason] first.
public final class ObjectiveC {
    static final Linker LINKER = Linker.nativeLinker();
    static final SymbolLookup LOOKUP = MetalPlatform.lookup();

    private static final MethodHandle GET_CLASS = function("objc_getClass",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));
    private static final MethodHandle REGISTER = function("sel_registerName",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));
    private static final MethodHandle PUSH = function("objc_autoreleasePoolPush",
            FunctionDescriptor.of(JAVA_LONG));
    private static final MethodHandle POP = function("objc_autoreleasePoolPop",
            FunctionDescriptor.ofVoid(JAVA_LONG));
    private static final MethodHandle DEVICE = function("MTLCreateSystemDefaultDevice",
            FunctionDescriptor.of(JAVA_LONG));
    private static final long PAGE_SIZE = readPageSize();
    private static final long[] SELECTORS = registerAll();

    private ObjectiveC() {
    }

    private static MethodHandle function(String name, FunctionDescriptor descriptor) {
        MemorySegment address = LOOKUP.find(name).orElseThrow(() -> new IllegalStateException(
                "the Metal libraries have no function " + name + "; is " + MetalPlatform.LIBRARY_PROPERTY + " right?"));
        return LINKER.downcallHandle(address, descriptor);
    }

    private static long readPageSize() {
        MemorySegment address = LINKER.defaultLookup().find("getpagesize").orElseThrow();
        try {
            return (int) LINKER.downcallHandle(address, FunctionDescriptor.of(JAVA_INT)).invokeExact();
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    private static long[] registerAll() {
        Selector[] all = Selector.values();
        long[] addresses = new long[all.length];
        try (Arena arena = Arena.ofConfined()) {
            for (Selector selector : all) {
                addresses[selector.ordinal()] =
                        (long) REGISTER.invokeExact(arena.allocateFrom(selector.text()).address());
            }
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
        return addresses;
    }

    /// The registered `SEL`.
    static long selector(Selector selector) {
        return SELECTORS[selector.ordinal()];
    }

    /// The registered `SEL` as an argument of `respondsToSelector:`.
    public static long selectorArgument(Selector selector) {
        return selector(selector);
    }

    /// Bytes of a page of memory: 16384 on Apple silicon.
    public static long pageSize() {
        return PAGE_SIZE;
    }

    /// The class of that name, or 0.
    public static long classNamed(String name) {
        try (Arena arena = Arena.ofConfined()) {
            return (long) GET_CLASS.invokeExact(arena.allocateFrom(name).address());
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    /// Opens an autorelease pool on this thread; give the token to [#popPool].
    public static long pushPool() {
        try {
            return (long) PUSH.invokeExact();
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    /// Closes the pool, releasing what was autoreleased since.
    public static void popPool(long token) {
        try {
            POP.invokeExact(token);
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    /// The system's GPU, retained for the caller, or 0 where there is none.
    public static long createSystemDefaultDevice() {
        try {
            return (long) DEVICE.invokeExact();
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }
}
