package com.alphaheng.engine.backend;

/// How the activations of a prompt enter a product with MMFP4 weights. Steps of up to four tokens (decode, which waits
/// for memory anyway) use float32 whatever is chosen here. Sums are float32 in every case, and matrices of a float type
/// are always multiplied exactly. docs/cpu-kernels.md states what each costs in perplexity and brings in speed.
public enum Precision {
    /// float32 activations
    EXACT,
    /// 15-bit integers with one scale per 32 columns, as two int8 limbs of a byte dot product
    INT16,
    /// 8-bit integers with one scale per 32 columns, as llama.cpp's Q8_0
    INT8
}
