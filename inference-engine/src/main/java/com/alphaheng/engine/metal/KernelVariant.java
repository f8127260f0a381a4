package com.alphaheng.engine.metal;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/// One kernel with the values of its function constants: what a pipeline is made of and cached by.
///
/// @param kernel the function's name in the `.metal` file
/// @param constants the values, all of type `uint` in MSL
public record KernelVariant(String kernel, Map<FunctionConstant, Integer> constants) {
    public KernelVariant {
        EnumMap<FunctionConstant, Integer> copy = new EnumMap<>(FunctionConstant.class);
        copy.putAll(constants);
        constants = Collections.unmodifiableMap(copy);
    }

    /// A kernel without constants.
    public static KernelVariant of(String kernel) {
        return new KernelVariant(kernel, Map.of());
    }

    /// The same kernel with one more constant.
    public KernelVariant with(FunctionConstant constant, int value) {
        EnumMap<FunctionConstant, Integer> more = new EnumMap<>(FunctionConstant.class);
        more.putAll(constants);
        more.put(constant, value);
        return new KernelVariant(kernel, more);
    }

    @Override
    public String toString() {
        return constants.isEmpty() ? kernel : kernel + constants;
    }
}
