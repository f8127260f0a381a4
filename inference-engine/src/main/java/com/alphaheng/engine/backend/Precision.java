package com.alphaheng.engine.backend;

/// How activations enter a product with MMFP4 weights. Sums are float32 in every case, and matrices of a float type
/// are always multiplied exactly. docs/cpu-kernels.md states what each costs in perplexity and brings in speed.
public enum Precision {
    /// float32 activations
    EXACT,
    /// 15-bit integers with one scale per 32 columns, as two int8 limbs of a byte dot product
    INT16,
    /// 8-bit integers with one scale per 32 columns, as llama.cpp's Q8_0
    INT8
}
