package com.alphaheng.engine.backend.op;

import com.alphaheng.engine.backend.DeviceBuffer;
import com.alphaheng.engine.model.Matrix;

/// Plain: out[t] = matrix in[t].
///
/// @param label where in the model
/// @param component what a breakdown counts it as
/// @param in [T, cols]
/// @param matrix [rows, cols]
/// @param tokenCount T
/// @param out [T, rows]
public record Linear(String label, Component component, DeviceBuffer in, Matrix matrix, int tokenCount,
                     DeviceBuffer out) implements Op, WeighsTokens { }
