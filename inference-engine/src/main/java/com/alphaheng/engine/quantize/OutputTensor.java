package com.alphaheng.engine.quantize;

import com.alphaheng.engine.model.DType;
import java.util.List;

/// A tensor of a file that is to be written.
///
/// @param name  its name
/// @param dtype its element type
/// @param shape its dimensions
public record OutputTensor(String name, DType dtype, List<Long> shape) {

    public OutputTensor {
        shape = List.copyOf(shape);
    }

    public long bytes() {
        return shape.stream().reduce((long) dtype.elementBytes(), (a, b) -> a * b);
    }
}
