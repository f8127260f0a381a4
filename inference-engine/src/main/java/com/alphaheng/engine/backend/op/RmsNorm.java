package com.alphaheng.engine.backend.op;

import com.alphaheng.engine.backend.DeviceBuffer;
import com.alphaheng.engine.model.Vector;

/// Plain: out[t] = in[t] / sqrt(mean(in[t]^2) + epsilon) * weight, over the first `weight.length` values of each row.
///
/// @param label where in the model
/// @param component what a breakdown counts it as
/// @param in rows of inStride values
/// @param inStride values from one row to the next
/// @param weight [width]
/// @param epsilon added to the mean square
/// @param tokenCount T
/// @param out [T, outStride]
/// @param outStride values from one row of out to the next
/// @param outOffset first value written in a row of out
public record RmsNorm(String label, Component component, DeviceBuffer in, int inStride, Vector weight, float epsilon,
                      int tokenCount, DeviceBuffer out, int outStride, int outOffset) implements Op { }
