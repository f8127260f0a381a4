package com.alphaheng.engine.backend.op;

import com.alphaheng.engine.backend.DeviceBuffer;
import com.alphaheng.engine.model.Matrix;
import com.alphaheng.engine.model.Vector;

/// Fused [RmsNorm] and one or two [Linear]s on the same input: normed = norm(in), firstOut = first normed,
/// secondOut = second normed. `normed` is always written.
///
/// @param label where in the model
/// @param component what a breakdown counts it as
/// @param in rows of width values
/// @param firstRow the row of in where the T rows start
/// @param tokenCount T
/// @param norm [width]
/// @param epsilon of the norm
/// @param normed [T, width]
/// @param first [rows, width]
/// @param firstOut [T, first.rows]
/// @param second [rows, width] or null
/// @param secondOut [T, second.rows] or null
public record NormLinear(String label, Component component, DeviceBuffer in, int firstRow, int tokenCount,
                         Vector norm, float epsilon, DeviceBuffer normed, Matrix first, DeviceBuffer firstOut,
                         Matrix second, DeviceBuffer secondOut) implements Op, WeighsTokens { }
