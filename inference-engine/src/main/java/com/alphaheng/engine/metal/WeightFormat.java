package com.alphaheng.engine.metal;

import com.alphaheng.engine.model.DType;

/// How the kernels read a matrix; the ordinals are the values of [FunctionConstant#WEIGHT_FORMAT].
enum WeightFormat {
    F32, F16, BF16, MMFP4;

    /// @throws IllegalArgumentException a type that no matrix has
    static WeightFormat of(DType type) {
        return switch (type) {
            case F32 -> F32;
            case F16 -> F16;
            case BF16 -> BF16;
            case MMFP4 -> MMFP4;
            case I64, I32, U32, I16, U16, I8, U8, BOOL ->
                    throw new IllegalArgumentException("no kernel reads a matrix of " + type);
        };
    }
}
