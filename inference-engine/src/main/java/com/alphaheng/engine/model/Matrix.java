package com.alphaheng.engine.model;

import java.lang.foreign.MemorySegment;

/// A matrix of weights as it lies in the mapped file; y = W x has x of `cols` and y of `rows` elements. Nothing is
/// copied.
///
/// For a float type, `codes` holds the elements row by row and `scales` is null. For MMFP4, `codes` holds
/// uint32[rows, cols / 8] (nibble j of word k is column 8 k + j, E2M1) and `scales` float16[rows, cols / groupSize].
/// Segments of a Hugging Face file need not be aligned to their element: read them with unaligned layouts. Those of
/// an MMFP4 folder start at a multiple of 64 bytes.
///
/// @param name      the tensor's name, for messages
/// @param rows      number of outputs
/// @param cols      number of inputs
/// @param dtype     a float type or MMFP4
/// @param codes     the elements, or the 4-bit codes
/// @param scales    the scales of MMFP4, else null
/// @param groupSize columns per scale of MMFP4, else 0
public record Matrix(String name, int rows, int cols, DType dtype, MemorySegment codes, MemorySegment scales,
                     int groupSize) {

    public Matrix {
        if (dtype == DType.MMFP4) {
            requireBytes(name, codes, (long) rows * cols / 2);
            requireBytes(name, scales, (long) rows * (cols / groupSize) * 2);
        } else if (dtype.isFloat()) {
            requireBytes(name, codes, (long) rows * cols * dtype.elementBytes());
        } else {
            throw new IllegalArgumentException(name + ": a matrix cannot be " + dtype);
        }
    }

    private static void requireBytes(String name, MemorySegment segment, long bytes) {
        if (segment.byteSize() != bytes) {
            throw new IllegalArgumentException(name + ": expected " + bytes + " bytes, found " + segment.byteSize());
        }
    }

    public static Matrix ofFloats(String name, int rows, int cols, DType dtype, MemorySegment elements) {
        return new Matrix(name, rows, cols, dtype, elements, null, 0);
    }

    public static Matrix ofCodes(String name, int rows, int cols, int groupSize, MemorySegment codes,
                                 MemorySegment scales) {
        return new Matrix(name, rows, cols, DType.MMFP4, codes, scales, groupSize);
    }

    public boolean quantized() {
        return dtype == DType.MMFP4;
    }

    /// The bytes that a product with this matrix reads.
    public long bytes() {
        return codes.byteSize() + (scales == null ? 0 : scales.byteSize());
    }

    /// The rows `first .. first + count` as a matrix of their own, sharing the memory.
    public Matrix rowRange(int first, int count) {
        if (quantized()) {
            long codeRow = cols / 2;
            long scaleRow = (cols / groupSize) * 2L;
            return new Matrix(name, count, cols, dtype, codes.asSlice(first * codeRow, count * codeRow),
                scales.asSlice(first * scaleRow, count * scaleRow), groupSize);
        }
        long row = (long) cols * dtype.elementBytes();
        return new Matrix(name, count, cols, dtype, codes.asSlice(first * row, count * row), null, 0);
    }
}
