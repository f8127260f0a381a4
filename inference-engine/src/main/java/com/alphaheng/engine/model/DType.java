package com.alphaheng.engine.model;

/// How the numbers of a tensor are stored. `MMFP4` is this project's own 4-bit format (docs/engine.md), the others
/// are the element types of a safetensors file.
public enum DType {
    F32(4), F16(2), BF16(2), MMFP4(0), I64(8), I32(4), U32(4), I16(2), U16(2), I8(1), U8(1), BOOL(1);

    private final int elementBytes;

    DType(int elementBytes) {
        this.elementBytes = elementBytes;
    }

    /// Bytes of one element; 0 for MMFP4, whose elements are half a byte plus a share of a scale.
    public int elementBytes() {
        return elementBytes;
    }

    /// True for the element types that a matrix of weights may have unquantized.
    public boolean isFloat() {
        return this == F32 || this == F16 || this == BF16;
    }
}
