package com.alphaheng.engine.backend.op;

import com.alphaheng.engine.backend.DeviceBuffer;
import com.alphaheng.engine.model.Matrix;

/// Fused [Linear] and [Add]: inout[t] += matrix in[t].
///
/// @param label where in the model
/// @param component what a breakdown counts it as
/// @param in [T, cols]
/// @param matrix [rows, cols]
/// @param tokenCount T
/// @param inout [T, rows]
public record LinearResidual(String label, Component component, DeviceBuffer in, Matrix matrix, int tokenCount,
                             DeviceBuffer inout) implements Op, WeighsTokens { }
