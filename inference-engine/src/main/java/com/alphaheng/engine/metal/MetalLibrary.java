package com.alphaheng.engine.metal;

import com.alphaheng.engine.metal.objc.MessageSend;
import com.alphaheng.engine.metal.objc.Selector;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

/// Compiled kernels.
public final class MetalLibrary extends MetalObject {
    private static final long DATA_TYPE_UINT = 33;

    MetalLibrary(String label, long id) {
        super("newLibrary", label, id);
    }

    /// The names of the kernels inside.
    public List<String> functionNames() {
        try (AutoreleasePool _ = AutoreleasePool.open()) {
            return NsObjects.texts(MessageSend.sendForLong(id(), Selector.FUNCTION_NAMES));
        }
    }

    /// A pipeline of one kernel, specialised by its function constants.
    ///
    /// @throws MetalException no such kernel, a constant missing, or the compiler's back end refused it
    MetalPipeline pipeline(MetalDevice device, KernelVariant variant) {
        try (AutoreleasePool _ = AutoreleasePool.open(); Arena arena = Arena.ofConfined()) {
            long values = NsObjects.create("MTLFunctionConstantValues");
            MemorySegment value = arena.allocate(JAVA_INT);
            variant.constants().forEach((constant, number) -> {
                value.set(JAVA_INT, 0, number);
                MessageSend.send(values, Selector.CONSTANT_VALUE, value.address(), DATA_TYPE_UINT, constant.index());
            });
            MemorySegment error = arena.allocate(JAVA_LONG);
            long function = MessageSend.sendForLong(id(), Selector.NEW_FUNCTION, NsObjects.string(variant.kernel()),
                    values, error.address());
            MessageSend.send(values, Selector.RELEASE);
            if (function == 0) {
                throw MetalException.of("newFunction", variant.toString(), error.get(JAVA_LONG, 0));
            }
            try {
                return device.pipeline(variant.toString(), function);
            } finally {
                MessageSend.send(function, Selector.RELEASE);
            }
        }
    }
}
