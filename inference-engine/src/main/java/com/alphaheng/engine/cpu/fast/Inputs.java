package com.alphaheng.engine.cpu.fast;

import java.util.List;

/// The inputs of products: rows of float32, normed first or not, packed for MMFP4 matrices. A few inputs every worker
/// prepares for itself, in its own scratch memory, which is quicker than a barrier; many are prepared together in
/// shared memory, by a stage of their own.
final class Inputs {

    /// A norm before the products.
    ///
    /// @param weight  address of float32[cols]
    /// @param epsilon added to the mean square
    /// @param normed  address where the normed rows go as well
    record Norm(long weight, float epsilon, long normed) { }

    private final Kernels kernels;
    private final SharedScratch sharedScratch;
    private final long in;
    private final int count;
    private final int cols;
    private final Norm norm;
    private final boolean packs;
    private final long packedStride;
    private boolean together;

    /// @param in    address of the first row
    /// @param count rows
    /// @param cols  floats of a row
    /// @param norm  null for none
    /// @param packs whether any of the matrices is MMFP4
    Inputs(Kernels kernels, SharedScratch sharedScratch, long in, int count, int cols, Norm norm, boolean packs) {
        this.kernels = kernels;
        this.sharedScratch = sharedScratch;
        this.in = in;
        this.count = count;
        this.cols = cols;
        this.norm = norm;
        this.packs = packs;
        this.packedStride = kernels.packedBytes(cols);
        this.together = count > Kernels.IN_ROWS;
    }

    /// They are several for each of so many tokens: what counts as few follows the tokens, as in other operations.
    Inputs ofTokens(int tokens) {
        together = tokens > Kernels.IN_ROWS;
        return this;
    }

    int count() {
        return count;
    }

    boolean together() {
        return together;
    }

    /// Bytes of the area that [#prepare] fills.
    long bytes() {
        return Memory.align(4L * count * cols) + count * packedStride;
    }

    /// Adds the stage that prepares many inputs in the shared area at `offset`, if it needs one.
    void addStage(long offset, List<Stage> stages, Need need) {
        if (!together) {
            return;
        }
        need.shared(offset + bytes());
        stages.add(worker -> {
            long area = sharedScratch.address() + offset;
            for (int i = worker.claim(); i < count; i = worker.claim()) {
                prepare(i, area, true);
            }
        });
    }

    /// Prepares a few inputs at `area` of this worker's; worker 0 stores the normed rows.
    void prepare(Worker worker, long area) {
        for (int i = 0; i < count; i++) {
            prepare(i, area, worker.first());
        }
    }

    private void prepare(int i, long area, boolean store) {
        long from = in + 4L * i * cols;
        if (norm != null) {
            long to = area + 4L * i * cols;
            kernels.rmsNorm(from, norm.weight(), cols, norm.epsilon(), to);
            if (store) {
                Memory.copy(to, norm.normed() + 4L * i * cols, 4L * cols);
            }
            from = to;
        }
        if (packs) {
            kernels.pack(from, cols, packed(area) + i * packedStride);
        }
    }

    private long packed(long area) {
        return area + Memory.align(4L * count * cols);
    }

    /// Address of the inputs as `matrix` takes them, when they were prepared at `area`.
    long address(MatrixAddress matrix, long area) {
        if (matrix.packed()) {
            return packed(area);
        }
        return norm == null ? in : area;
    }

    /// Bytes from one input to the next.
    long stride(MatrixAddress matrix) {
        return matrix.packed() ? packedStride : 4L * cols;
    }
}
