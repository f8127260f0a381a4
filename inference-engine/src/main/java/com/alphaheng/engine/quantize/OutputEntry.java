package com.alphaheng.engine.quantize;

import com.alphaheng.engine.model.DType;
import com.alphaheng.engine.model.Matrix;
import com.alphaheng.engine.model.Vector;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/// Something of the model that goes into the MMFP4 folder.
sealed interface OutputEntry {

    /// The tensors that it becomes.
    List<OutputTensor> tensors();

    /// Bytes read from the source, for progress.
    long sourceBytes();

    /// A norm or bias, stored as float32.
    record Small(String name, Vector vector) implements OutputEntry {

        @Override
        public List<OutputTensor> tensors() {
            return List.of(new OutputTensor(name, DType.F32, List.of((long) vector.length())));
        }

        @Override
        public long sourceBytes() {
            return vector.length() * 4L;
        }
    }

    /// A matrix that stays as it is: embedding, router, head, and those whose columns no group divides.
    ///
    /// @param unfit true for the last kind, which would be quantized otherwise
    record Kept(String name, Matrix matrix, boolean unfit) implements OutputEntry {

        @Override
        public List<OutputTensor> tensors() {
            return List.of(new OutputTensor(name, matrix.dtype(), List.of((long) matrix.rows(),
                (long) matrix.cols())));
        }

        @Override
        public long sourceBytes() {
            return matrix.bytes();
        }
    }

    /// A matrix, or the same projection of all experts stacked, that becomes MMFP4.
    ///
    /// @param name    without ending
    /// @param parts   one matrix, or one per expert
    /// @param stacked whether the tensors get an expert dimension
    /// @param group   columns per scale
    record Quantized(String name, List<Matrix> parts, boolean stacked, int group) implements OutputEntry {

        @Override
        public List<OutputTensor> tensors() {
            Matrix first = parts.getFirst();
            return List.of(new OutputTensor(name + ".codes", DType.U32, shape(first.cols() / 8)),
                new OutputTensor(name + ".scales", DType.F16, shape(first.cols() / group)));
        }

        private List<Long> shape(long columns) {
            List<Long> shape = new ArrayList<>(LongStream.of(parts.getFirst().rows(), columns).boxed().toList());
            if (stacked) {
                shape.addFirst((long) parts.size());
            }
            return shape;
        }

        @Override
        public long sourceBytes() {
            return parts.stream().mapToLong(Matrix::bytes).sum();
        }
    }
}
