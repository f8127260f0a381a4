package com.alphaheng.engine.format;

import com.alphaheng.engine.model.DType;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// One tensor of a safetensors file.
///
/// @param file  the file it lies in
/// @param name  its name
/// @param dtype its element type
/// @param shape its dimensions, outermost first
/// @param data  its bytes in the mapping
public record TensorInfo(Path file, String name, DType dtype, List<Long> shape, MemorySegment data) {

    public TensorInfo {
        shape = List.copyOf(shape);
    }

    public long elements() {
        return shape.stream().reduce(1L, (a, b) -> a * b);
    }

    /// The dimensions as messages show them, such as `[8192, 256]`.
    public String shapeText() {
        return describe(shape);
    }

    static String describe(List<Long> shape) {
        return shape.stream().map(String::valueOf).collect(Collectors.joining(", ", "[", "]"));
    }

    static List<Long> shapeOf(long... dimensions) {
        return Arrays.stream(dimensions).boxed().toList();
    }
}
