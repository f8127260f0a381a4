package com.alphaheng.engine.format;

import com.alphaheng.engine.model.DType;
import com.alphaheng.engine.model.ExpertMatrices;
import com.alphaheng.engine.model.Matrix;
import com.alphaheng.engine.model.MatrixRows;
import com.alphaheng.engine.model.Vector;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Fetches tensors of a checkpoint by name with the shape they must have. Names come without the `.weight`, `.codes`,
/// `.scales` endings.
final class TensorBinder {

    private final Checkpoint checkpoint;
    private final Map<String, TensorInfo> tensors;
    private final int groupSize;
    private final MemorySegment vectors;
    private long vectorsUsed;

    /// @param groupSize   of MMFP4 tensors, 0 when the folder has none
    /// @param vectorBytes room for all vectors, each rounded up to 64 bytes
    TensorBinder(Checkpoint checkpoint, int groupSize, long vectorBytes) {
        this.checkpoint = checkpoint;
        this.tensors = checkpoint.tensors();
        this.groupSize = groupSize;
        // Whole pages, so that a back end can wrap the block.
        this.vectors = checkpoint.allocate((vectorBytes + 16_383) / 16_384 * 16_384, 16_384);
    }

    MemorySegment vectors() {
        return vectors;
    }

    boolean has(String name) {
        return tensors.containsKey(name + ".weight") || tensors.containsKey(name + ".codes")
            || tensors.containsKey(name);
    }

    Vector vector(String name, int length) {
        TensorInfo tensor = require(name, DType.F32, length);
        float[] values = new float[length];
        MatrixRows.readFloats(tensor.dtype(), tensor.data(), 0, values, 0, length);
        MemorySegment target = vectors.asSlice(vectorsUsed, length * 4L);
        MemorySegment.copy(values, 0, target, ValueLayout.JAVA_FLOAT, 0, length);
        vectorsUsed += (length * 4L + 63) / 64 * 64;
        return new Vector(name, length, target);
    }

    Matrix matrix(String name, int rows, int cols) {
        if (tensors.containsKey(name + ".codes")) {
            return quantized(name, rows, cols, TensorInfo.shapeOf(rows, cols / 8),
                TensorInfo.shapeOf(rows, cols / Math.max(groupSize, 1)));
        }
        TensorInfo tensor = require(name, DType.F32, rows, cols);
        return Matrix.ofFloats(tensor.name(), rows, cols, tensor.dtype(), tensor.data());
    }

    /// The experts' projection `projection` ("gate_proj", ...) under `prefix` ("model.layers.1.mlp.experts."), in
    /// any of the forms that occur: an MMFP4 or float stack, gate and up packed into one stack, one tensor per
    /// expert.
    ExpertMatrices experts(String prefix, String projection, int experts, int rows, int cols) {
        String stack = prefix + projection;
        if (tensors.containsKey(stack + ".codes")) {
            Matrix all = quantized(stack, Math.multiplyExact(experts, rows), cols,
                TensorInfo.shapeOf(experts, rows, cols / 8),
                TensorInfo.shapeOf(experts, rows, cols / Math.max(groupSize, 1)));
            return ExpertMatrices.ofStack(all, experts);
        }
        if (has(stack)) {
            TensorInfo tensor = require(stack, DType.F32, experts, rows, cols);
            return ExpertMatrices.ofStack(Matrix.ofFloats(tensor.name(), Math.multiplyExact(experts, rows), cols,
                tensor.dtype(), tensor.data()), experts);
        }
        if (has(prefix + "gate_up_proj") && !projection.equals("down_proj")) {
            return packed(prefix + "gate_up_proj", projection.equals("up_proj"), experts, rows, cols);
        }
        List<Matrix> each = new ArrayList<>();
        for (int expert = 0; expert < experts; expert++) {
            Matrix matrix = matrix(prefix + expert + "." + projection, rows, cols);
            if (matrix.dtype() != (each.isEmpty() ? matrix : each.getFirst()).dtype()) {
                throw new ModelFormatException(checkpoint.directory(), matrix.name(),
                    each.getFirst().dtype() + ", as expert 0", matrix.dtype().toString());
            }
            each.add(matrix);
        }
        return new ExpertMatrices(each, null);
    }

    private ExpertMatrices packed(String name, boolean second, int experts, int rows, int cols) {
        TensorInfo tensor = require(name, DType.F32, experts, 2L * rows, cols);
        Matrix all = Matrix.ofFloats(tensor.name(), Math.multiplyExact(experts, 2 * rows), cols, tensor.dtype(),
            tensor.data());
        List<Matrix> each = new ArrayList<>();
        for (int expert = 0; expert < experts; expert++) {
            each.add(all.rowRange((2 * expert + (second ? 1 : 0)) * rows, rows));
        }
        return new ExpertMatrices(each, null);
    }

    private Matrix quantized(String name, int rows, int cols, List<Long> codeShape, List<Long> scaleShape) {
        TensorInfo codes = tensors.get(name + ".codes");
        if (groupSize == 0) {
            throw new ModelFormatException(codes.file(), codes.name(),
                "quantization_config with quant_method mmfp4 in config.json beside it", "none");
        }
        if (cols % groupSize != 0) {
            throw new ModelFormatException(codes.file(), name, "columns that are a multiple of the group " + groupSize,
                String.valueOf(cols));
        }
        check(codes, DType.U32, codeShape);
        TensorInfo scales = tensors.get(name + ".scales");
        if (scales == null) {
            throw missing(name + ".scales", scaleShape);
        }
        check(scales, DType.F16, scaleShape);
        return Matrix.ofCodes(name, rows, cols, groupSize, codes.data(), scales.data());
    }

    private static void check(TensorInfo tensor, DType dtype, List<Long> shape) {
        if (tensor.dtype() != dtype || !tensor.shape().equals(shape)) {
            throw new ModelFormatException(tensor.file(), tensor.name(), dtype + " " + TensorInfo.describe(shape),
                tensor.dtype() + " " + tensor.shapeText());
        }
    }

    /// A tensor of a float type and this shape, found with or without `.weight`.
    private TensorInfo require(String name, DType anyFloatAs, long... shape) {
        List<Long> expected = TensorInfo.shapeOf(shape);
        TensorInfo tensor = tensors.getOrDefault(name + ".weight", tensors.get(name));
        if (tensor == null) {
            throw missing(name + ".weight", expected);
        }
        if (!tensor.dtype().isFloat()) {
            throw new ModelFormatException(tensor.file(), tensor.name(), "BF16, F16 or " + anyFloatAs + " "
                + TensorInfo.describe(expected), tensor.dtype() + " " + tensor.shapeText());
        }
        check(tensor, tensor.dtype(), expected);
        return tensor;
    }

    private ModelFormatException missing(String name, List<Long> shape) {
        return new ModelFormatException(checkpoint.directory(), name, "a tensor " + TensorInfo.describe(shape),
            "none of that name in " + tensors.size() + " tensors");
    }
}
