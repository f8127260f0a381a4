package com.alphaheng.engine.cpu.fast;

import com.alphaheng.engine.model.DType;
import com.alphaheng.engine.model.Matrix;

/// Where a [Matrix] lies, resolved once so that a kernel call passes numbers only. Valid while the weights are
/// mapped.
///
/// @param dtype  a float type or MMFP4
/// @param codes  address of the elements or codes
/// @param scales address of the scales of MMFP4, else 0
/// @param rows   outputs
/// @param cols   inputs
/// @param group  columns per scale of MMFP4, else 0
public record MatrixAddress(DType dtype, long codes, long scales, int rows, int cols, int group) {

    public static MatrixAddress of(Matrix matrix) {
        return new MatrixAddress(matrix.dtype(), matrix.codes().address(),
            matrix.scales() == null ? 0 : matrix.scales().address(), matrix.rows(), matrix.cols(),
            matrix.groupSize());
    }

    /// True when inputs must be packed for [Kernels#product].
    public boolean packed() {
        return dtype == DType.MMFP4;
    }

    /// Bytes of the codes of one row.
    public long rowBytes() {
        return packed() ? cols / 2 : (long) cols * dtype.elementBytes();
    }
}
