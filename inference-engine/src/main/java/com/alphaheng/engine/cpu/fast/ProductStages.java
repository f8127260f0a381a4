package com.alphaheng.engine.cpu.fast;

import com.alphaheng.engine.model.Matrix;
import java.util.List;

/// Plans products of one or two matrices with the same inputs.
final class ProductStages {

    /// Rows of a tile of the product kernel for many inputs.
    private static final int TILE_ROWS = 32;

    private final Kernels kernels;
    private final int workers;
    private final SharedScratch shared;
    private final int claimBytes;

    /// @param claimBytes of weights that a worker claims at once while decoding, about
    ProductStages(Kernels kernels, int workers, SharedScratch shared, int claimBytes) {
        this.claimBytes = claimBytes;
        this.kernels = kernels;
        this.workers = workers;
        this.shared = shared;
    }

    /// One product of several: out [count, rows].
    ///
    /// @param matrix     the weights
    /// @param out        address of the first output row
    /// @param accumulate out += instead of out =
    record Target(MatrixAddress matrix, long out, boolean accumulate) { }

    static boolean anyPacked(Matrix... matrices) {
        for (Matrix matrix : matrices) {
            if (matrix != null && matrix.quantized()) {
                return true;
            }
        }
        return false;
    }

    /// How many rows a worker claims at once.
    int claimRows(MatrixAddress matrix, int inputs) {
        if (inputs > Kernels.IN_ROWS) {
            return TILE_ROWS;
        }
        int fair = (matrix.rows() + workers * 4 - 1) / (workers * 4);
        int rows = (int) Math.min(fair, claimBytes / matrix.rowBytes());
        return Math.max(8, (rows + 7) / 8 * 8);
    }

    static int pieces(int rows, int claimRows) {
        return (rows + claimRows - 1) / claimRows;
    }

    void plan(Inputs inputs, Target first, Target second, List<Stage> stages, Need need) {
        inputs.addStage(0, stages, need);
        long tile = kernels.productScratchBytes(first.matrix().cols());
        long own = inputs.together() ? 0 : inputs.bytes();
        need.worker(own + tile);
        int firstRows = claimRows(first.matrix(), inputs.count());
        int firstPieces = pieces(first.matrix().rows(), firstRows);
        int secondRows = second == null ? 1 : claimRows(second.matrix(), inputs.count());
        int all = firstPieces + (second == null ? 0 : pieces(second.matrix().rows(), secondRows));
        stages.add(worker -> {
            long area = inputs.together() ? shared.address() : worker.scratch();
            if (!inputs.together()) {
                inputs.prepare(worker, area);
            }
            long scratch = worker.scratch() + own;
            for (int piece = worker.claim(); piece < all; piece = worker.claim()) {
                if (piece < firstPieces) {
                    multiply(inputs, first, piece * firstRows, firstRows, area, worker, scratch);
                } else {
                    multiply(inputs, second, (piece - firstPieces) * secondRows, secondRows, area, worker, scratch);
                }
            }
        });
    }

    private void multiply(Inputs inputs, Target target, int row, int rows, long area, Worker worker, long scratch) {
        MatrixAddress matrix = target.matrix();
        kernels.product(matrix, row, Math.min(row + rows, matrix.rows()), inputs.address(matrix, area),
            inputs.stride(matrix), worker.batch.inOrder(inputs.count(), target.accumulate()), target.out(),
            matrix.rows(), scratch);
    }

    /// out = silu(gate x) * (up x): each worker does both for the rows it claims.
    void planGated(Inputs inputs, MatrixAddress gate, MatrixAddress up, long out, List<Stage> stages, Need need) {
        inputs.addStage(0, stages, need);
        long tile = kernels.productScratchBytes(gate.cols());
        long own = inputs.together() ? 0 : inputs.bytes();
        int rows = claimRows(gate, inputs.count());
        need.worker(own + Memory.align(4L * rows * inputs.count()) + tile);
        int all = pieces(gate.rows(), rows);
        stages.add(worker -> {
            long area = inputs.together() ? shared.address() : worker.scratch();
            if (!inputs.together()) {
                inputs.prepare(worker, area);
            }
            Batch batch = worker.batch.inOrder(inputs.count(), false);
            for (int piece = worker.claim(); piece < all; piece = worker.claim()) {
                gated(inputs, gate, up, piece * rows, rows, area, batch, out, worker.scratch() + own);
            }
        });
    }

    /// The rows `row .. row + rows` of a gated pair, for the inputs of `batch`. `scratch` starts with
    /// float32[inputs, rows], then a product's own.
    void gated(Inputs inputs, MatrixAddress gate, MatrixAddress up, int row, int rows, long area, Batch batch,
               long out, long scratch) {
        int end = Math.min(row + rows, gate.rows());
        long tile = scratch + Memory.align(4L * rows * batch.count);
        kernels.product(gate, row, end, inputs.address(gate, area), inputs.stride(gate), batch, out, gate.rows(),
            tile);
        long outputRows = batch.outputRows;
        batch.outputRows = 0;
        kernels.product(up, row, end, inputs.address(up, area), inputs.stride(up), batch, scratch - 4L * row, rows,
            tile);
        batch.outputRows = outputRows;
        for (int i = 0; i < batch.count; i++) {
            long index = outputRows == 0 ? i : Memory.getInt(outputRows + 4L * i);
            long gateAt = out + 4 * (index * gate.rows() + row);
            kernels.swiglu(gateAt, scratch + 4L * i * rows, end - row, gateAt);
        }
    }
}
