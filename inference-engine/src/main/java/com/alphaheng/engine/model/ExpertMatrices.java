package com.alphaheng.engine.model;

import java.util.List;

/// One projection (gate, up or down) of all routed experts of a layer. In MMFP4 folders they are one stacked 3-D
/// tensor, in Hugging Face folders often separate tensors, possibly in several files; `each` hides the difference.
///
/// @param each    per expert a matrix [rows, cols], all of one type
/// @param stacked the same memory as one matrix [experts * rows, cols], or null when it is not contiguous
public record ExpertMatrices(List<Matrix> each, Matrix stacked) {

    public ExpertMatrices {
        each = List.copyOf(each);
    }

    /// Cuts a contiguous stack [experts * rows, cols] into its experts.
    public static ExpertMatrices ofStack(Matrix stacked, int experts) {
        int rows = stacked.rows() / experts;
        List<Matrix> each = java.util.stream.IntStream.range(0, experts)
            .mapToObj(expert -> stacked.rowRange(expert * rows, rows)).toList();
        return new ExpertMatrices(each, stacked);
    }

    public int experts() {
        return each.size();
    }

    /// Outputs of one expert.
    public int rows() {
        return each.getFirst().rows();
    }

    /// Inputs of one expert.
    public int cols() {
        return each.getFirst().cols();
    }

    public DType dtype() {
        return each.getFirst().dtype();
    }

    public Matrix expert(int index) {
        return each.get(index);
    }

    public long bytes() {
        return each.stream().mapToLong(Matrix::bytes).sum();
    }
}
