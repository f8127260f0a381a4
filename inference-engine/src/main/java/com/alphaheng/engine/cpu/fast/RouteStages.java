package com.alphaheng.engine.cpu.fast;

import com.alphaheng.engine.backend.op.NormRoute;
import com.alphaheng.engine.backend.op.Route;
import com.alphaheng.engine.model.Matrix;
import com.alphaheng.engine.model.ModelConfig;
import com.alphaheng.engine.model.Vector;
import java.util.Arrays;
import java.util.List;

/// Plans the choice of experts.
final class RouteStages {

    /// Tokens whose logits a worker computes at once in prefill: their inputs fit the second-level cache.
    private static final int TOKENS_AT_ONCE = 16;

    private static final int ROWS_AT_ONCE = 8;

    private final Kernels kernels;
    private final int workers;
    private final SharedScratch shared;

    RouteStages(Kernels kernels, int workers, SharedScratch shared) {
        this.kernels = kernels;
        this.workers = workers;
        this.shared = shared;
    }

    void route(Route op, List<Stage> stages, Need need) {
        plan(new Job(Memory.address(op.in()), null, MatrixAddress.of(op.router()), op.bias(), op.rule(),
            op.tokenCount(), Memory.address(op.expertIds()), Memory.address(op.expertWeights())), stages, need);
    }

    void normRoute(NormRoute op, List<Stage> stages, Need need) {
        Matrix router = op.router();
        Inputs.Norm norm = new Inputs.Norm(op.norm().data().address(), op.epsilon(), Memory.address(op.normed()));
        plan(new Job(Memory.address(op.in()), norm, MatrixAddress.of(router), op.bias(), op.rule(), op.tokenCount(),
            Memory.address(op.expertIds()), Memory.address(op.expertWeights())), stages, need);
    }

    private record Job(long in, Inputs.Norm norm, MatrixAddress router, Vector bias, ModelConfig.Routing rule,
                       int tokenCount, long ids, long weights) { }

    private void plan(Job job, List<Stage> stages, Need need) {
        Chooser[] choosers = new Chooser[workers];
        Arrays.setAll(choosers, i -> new Chooser(job.rule(), job.bias().toArray()));
        if (job.tokenCount() > Kernels.IN_ROWS) {
            planMany(job, choosers, stages, need);
        } else {
            planFew(job, choosers[0], stages, need);
        }
    }

    private void planFew(Job job, Chooser chooser, List<Stage> stages, Need need) {
        MatrixAddress router = job.router();
        Inputs inputs = new Inputs(kernels, shared, job.in(), job.tokenCount(), router.cols(), job.norm(),
            router.packed());
        need.worker(inputs.bytes() + kernels.productScratchBytes(router.cols()));
        need.shared(4L * job.tokenCount() * router.rows());
        int pieces = ProductStages.pieces(router.rows(), ROWS_AT_ONCE);
        stages.add(worker -> {
            inputs.prepare(worker, worker.scratch());
            for (int piece = worker.claim(); piece < pieces; piece = worker.claim()) {
                int row = piece * ROWS_AT_ONCE;
                kernels.product(router, row, Math.min(row + ROWS_AT_ONCE, router.rows()),
                    inputs.address(router, worker.scratch()), inputs.stride(router),
                    worker.batch.inOrder(job.tokenCount(), false), shared.address(), router.rows(),
                    worker.scratch() + inputs.bytes());
            }
        });
        stages.add(worker -> {
            if (worker.first()) {
                choose(job, chooser, 0, job.tokenCount(), shared.address());
            }
        });
    }

    private void planMany(Job job, Chooser[] choosers, List<Stage> stages, Need need) {
        MatrixAddress router = job.router();
        int cols = router.cols();
        long packed = router.packed() ? kernels.packedBytes(cols) : 0;
        long inputBytes = TOKENS_AT_ONCE * (Memory.align(4L * cols) + packed);
        long logitBytes = Memory.align(4L * TOKENS_AT_ONCE * router.rows());
        need.worker(inputBytes + logitBytes + kernels.productScratchBytes(cols));
        int pieces = ProductStages.pieces(job.tokenCount(), TOKENS_AT_ONCE);
        stages.add(worker -> {
            long logits = worker.scratch() + inputBytes;
            for (int piece = worker.claim(); piece < pieces; piece = worker.claim()) {
                int first = piece * TOKENS_AT_ONCE;
                int count = Math.min(TOKENS_AT_ONCE, job.tokenCount() - first);
                long in = job.in() + 4L * first * cols;
                if (job.norm() != null) {
                    long normed = job.norm().normed() + 4L * first * cols;
                    for (int t = 0; t < count; t++) {
                        kernels.rmsNorm(in + 4L * t * cols, job.norm().weight(), cols, job.norm().epsilon(),
                            normed + 4L * t * cols);
                    }
                    in = normed;
                }
                if (packed > 0) {
                    for (int t = 0; t < count; t++) {
                        kernels.pack(in + 4L * t * cols, cols, worker.scratch() + t * packed);
                    }
                    in = worker.scratch();
                }
                kernels.product(router, 0, router.rows(), in, packed > 0 ? packed : 4L * cols,
                    worker.batch.inOrder(count, false), logits, router.rows(), logits + logitBytes);
                choose(job, choosers[worker.index()], first, count, logits);
            }
        });
    }

    private static void choose(Job job, Chooser chooser, int first, int count, long logits) {
        int perToken = job.rule().perToken();
        for (int t = 0; t < count; t++) {
            chooser.choose(logits + 4L * t * job.rule().experts(), job.ids() + 4L * (first + t) * perToken,
                job.weights() + 4L * (first + t) * perToken);
        }
    }
}
