package com.alphaheng.engine.format;

import com.alphaheng.engine.model.DType;
import com.alphaheng.engine.model.MatrixRows;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Set;

/// A safetensors file of plain arrays (goldens, held-out ids), copied to the heap as they are asked for.
public final class TensorFile implements AutoCloseable {

    private final Arena arena = Arena.ofShared();
    private final SafetensorsFile file;

    public TensorFile(Path path) {
        try {
            this.file = SafetensorsFile.map(path, arena);
        } catch (RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    public Set<String> names() {
        return file.tensors().keySet();
    }

    /// The elements of a float tensor, row-major.
    public float[] floats(String name) {
        TensorInfo tensor = require(name);
        float[] values = new float[Math.toIntExact(tensor.elements())];
        MatrixRows.readFloats(tensor.dtype(), tensor.data(), 0, values, 0, values.length);
        return values;
    }

    /// The elements of an I32 tensor, row-major.
    public int[] ints(String name) {
        TensorInfo tensor = require(name);
        if (tensor.dtype() != DType.I32) {
            throw new ModelFormatException(file.path(), name, "I32", tensor.dtype().toString());
        }
        return tensor.data().toArray(ValueLayout.JAVA_INT_UNALIGNED);
    }

    /// The dimensions of a tensor.
    public long[] shape(String name) {
        return require(name).shape().stream().mapToLong(Long::longValue).toArray();
    }

    private TensorInfo require(String name) {
        TensorInfo tensor = file.tensors().get(name);
        if (tensor == null) {
            throw new ModelFormatException(file.path(), name, "a tensor", "none of that name");
        }
        return tensor;
    }

    @Override
    public void close() {
        arena.close();
    }
}
