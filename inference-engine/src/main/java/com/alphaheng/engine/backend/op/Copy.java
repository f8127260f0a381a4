package com.alphaheng.engine.backend.op;

import com.alphaheng.engine.backend.DeviceBuffer;

/// out[0 .. rows) = in[firstRow .. firstRow + rows).
///
/// @param label where in the model
/// @param component what a breakdown counts it as
/// @param in rows of width values
/// @param firstRow first row copied
/// @param rows how many
/// @param width values of a row
/// @param out [rows, width]
/// @param outRow first row written
public record Copy(String label, Component component, DeviceBuffer in, int firstRow, int rows, int width,
                   DeviceBuffer out, int outRow) implements Op { }
