package com.alphaheng.engine.metal;

/// The function constants of the `.metal` files, all of type `uint`. A pipeline compiled with other values is another
/// pipeline, with the branches it does not take left out.
public enum FunctionConstant {
    /// How a matrix's elements lie: the ordinal of [WeightFormat].
    WEIGHT_FORMAT,
    /// Columns per scale of an MMFP4 matrix.
    GROUP_SIZE,
    /// How the KV cache stores a row: the ordinal of [com.alphaheng.engine.backend.CacheFormat].
    CACHE_FORMAT,
    /// Tokens that one threadgroup of a matrix-vector kernel handles, 1 to 4.
    TOKENS;

    /// The number in `[[function_constant(n)]]`.
    int index() {
        return ordinal();
    }
}
