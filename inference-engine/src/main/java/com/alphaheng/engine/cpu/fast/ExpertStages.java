package com.alphaheng.engine.cpu.fast;

import com.alphaheng.engine.backend.op.ExpertDown;
import com.alphaheng.engine.backend.op.ExpertGateUp;
import com.alphaheng.engine.backend.op.ExpertLinear;
import com.alphaheng.engine.model.ExpertMatrices;
import com.alphaheng.engine.model.Matrix;
import com.alphaheng.engine.model.MlpWeights;
import java.util.List;

/// Plans products with the experts that tokens chose: tokens are grouped by expert, so that an expert's weights are
/// read once per step.
final class ExpertStages {

    private final Kernels kernels;
    private final ProductStages products;
    private final SharedScratch shared;

    ExpertStages(Kernels kernels, ProductStages products, SharedScratch shared) {
        this.kernels = kernels;
        this.products = products;
        this.shared = shared;
    }

    /// Output rows that a worker claims at once, for all experts: many while decoding, for long streams of weights.
    private static int downRows(Inputs inputs) {
        return inputs.together() ? 64 : 128;
    }

    private static MatrixAddress[] addresses(ExpertMatrices matrices) {
        return matrices.each().stream().map(MatrixAddress::of).toArray(MatrixAddress[]::new);
    }

    private static boolean packed(ExpertMatrices matrices, Matrix other) {
        return ProductStages.anyPacked(matrices.expert(0), other);
    }

    /// The groups, with the inputs behind them: prepared by an earlier stage for all, or by each worker for itself.
    private long area(Worker worker, Groups groups, Inputs inputs, long ids) {
        if (inputs.together()) {
            return shared.address();
        }
        groups.build(ids, 0, worker.scratch());
        inputs.prepare(worker, worker.scratch() + groups.bytes());
        return worker.scratch();
    }

    /// Where a stage finds the groups: a worker builds few for itself, many are built by one for all.
    private void planGroups(Groups groups, Inputs inputs, long ids, long weights, List<Stage> stages, Need need) {
        if (inputs.together()) {
            need.shared(groups.bytes());
            inputs.addStage(groups.bytes(), stages, need);
            stages.add(worker -> {
                if (worker.first()) {
                    groups.build(ids, weights, shared.address());
                }
            });
        }
    }

    void gateUp(ExpertGateUp op, List<Stage> stages, Need need) {
        MlpWeights.Experts weights = op.weights();
        MatrixAddress[] gates = addresses(weights.gate());
        MatrixAddress[] ups = addresses(weights.up());
        MatrixAddress sharedGate = MatrixAddress.of(weights.shared().gate());
        MatrixAddress sharedUp = MatrixAddress.of(weights.shared().up());
        Inputs inputs = new Inputs(kernels, shared, Memory.address(op.in()), op.tokenCount(), gates[0].cols(), null,
            packed(weights.gate(), weights.shared().gate()));
        Groups groups = new Groups(gates.length, op.tokenCount(), op.perToken());
        long ids = Memory.address(op.expertIds());
        planGroups(groups, inputs, ids, 0, stages, need);
        long own = inputs.together() ? 0 : groups.bytes() + inputs.bytes();
        int rows = products.claimRows(gates[0], op.tokenCount());
        int sharedRows = products.claimRows(sharedGate, op.tokenCount());
        need.worker(own + Memory.align(4L * Math.max(rows, sharedRows) * op.tokenCount())
            + kernels.productScratchBytes(gates[0].cols()));
        int perExpert = ProductStages.pieces(gates[0].rows(), rows);
        int sharedPieces = ProductStages.pieces(sharedGate.rows(), sharedRows);
        long out = Memory.address(op.out());
        long sharedOut = Memory.address(op.sharedOut());
        stages.add(worker -> {
            long area = area(worker, groups, inputs, ids);
            long inputArea = area + groups.bytes();
            int all = sharedPieces + groups.active(area) * perExpert;
            Batch batch = worker.batch;
            for (int piece = worker.claim(); piece < all; piece = worker.claim()) {
                if (piece < sharedPieces) {
                    products.gated(inputs, sharedGate, sharedUp, piece * sharedRows, sharedRows, inputArea,
                        batch.inOrder(op.tokenCount(), false), sharedOut, worker.scratch() + own);
                    continue;
                }
                int group = (piece - sharedPieces) / perExpert;
                int expert = groups.expert(area, group);
                batch.inOrder(groups.count(area, group), false);
                batch.inputRows = groups.tokenRows(area, group);
                batch.outputRows = groups.choiceRows(area, group);
                products.gated(inputs, gates[expert], ups[expert], (piece - sharedPieces) % perExpert * rows, rows,
                    inputArea, batch, out, worker.scratch() + own);
            }
        });
    }

    void down(ExpertDown op, List<Stage> stages, Need need) {
        MlpWeights.Experts weights = op.weights();
        MatrixAddress[] downs = addresses(weights.down());
        MatrixAddress sharedDown = MatrixAddress.of(weights.shared().down());
        int choices = op.tokenCount() * op.perToken();
        boolean packs = packed(weights.down(), weights.shared().down());
        Inputs inputs = new Inputs(kernels, shared, Memory.address(op.in()), choices, downs[0].cols(), null, packs)
            .ofTokens(op.tokenCount());
        Inputs sharedInputs = new Inputs(kernels, shared, Memory.address(op.sharedIn()), op.tokenCount(),
            sharedDown.cols(), null, packs);
        Groups groups = new Groups(downs.length, op.tokenCount(), op.perToken());
        long ids = Memory.address(op.expertIds());
        long shares = Memory.address(op.expertWeights());
        boolean together = inputs.together();
        if (together) {
            planGroups(groups, inputs, ids, shares, stages, need);
            sharedInputs.addStage(groups.bytes() + inputs.bytes(), stages, need);
        }
        long own = together ? 0 : groups.bytes() + inputs.bytes() + sharedInputs.bytes();
        need.worker(own + Math.max(kernels.productScratchBytes(downs[0].cols()),
            kernels.productScratchBytes(sharedDown.cols())));
        long out = Memory.address(op.inout());
        int rows = downRows(inputs);
        int pieces = ProductStages.pieces(sharedDown.rows(), rows);
        stages.add(worker -> {
            long area = together ? shared.address() : worker.scratch();
            long inputArea = area + groups.bytes();
            long sharedArea = inputArea + inputs.bytes();
            if (!together) {
                groups.build(ids, shares, area);
                inputs.prepare(worker, inputArea);
                sharedInputs.prepare(worker, sharedArea);
            }
            long scratch = worker.scratch() + own;
            for (int piece = worker.claim(); piece < pieces; piece = worker.claim()) {
                int row = piece * rows;
                int end = Math.min(row + rows, sharedDown.rows());
                Batch batch = worker.batch;
                for (int group = 0; group < groups.active(area); group++) {
                    MatrixAddress matrix = downs[groups.expert(area, group)];
                    batch.inOrder(groups.count(area, group), true);
                    batch.inputRows = groups.choiceRows(area, group);
                    batch.outputRows = groups.tokenRows(area, group);
                    batch.factors = groups.weights(area, group);
                    kernels.product(matrix, row, end, inputs.address(matrix, inputArea), inputs.stride(matrix), batch,
                        out, matrix.rows(), scratch);
                }
                kernels.product(sharedDown, row, end, sharedInputs.address(sharedDown, sharedArea),
                    sharedInputs.stride(sharedDown), batch.inOrder(op.tokenCount(), true), out, sharedDown.rows(),
                    scratch);
            }
        });
    }

    void linear(ExpertLinear op, List<Stage> stages, Need need) {
        MatrixAddress[] matrices = addresses(op.matrices());
        int count = op.tokenCount() * (op.inPerChoice() ? op.perToken() : 1);
        Inputs inputs = new Inputs(kernels, shared, Memory.address(op.in()), count, matrices[0].cols(), null,
            matrices[0].packed()).ofTokens(op.tokenCount());
        Groups groups = new Groups(matrices.length, op.tokenCount(), op.perToken());
        long ids = Memory.address(op.expertIds());
        planGroups(groups, inputs, ids, 0, stages, need);
        long own = inputs.together() ? 0 : groups.bytes() + inputs.bytes();
        need.worker(own + kernels.productScratchBytes(matrices[0].cols()));
        int rows = products.claimRows(matrices[0], op.tokenCount());
        int perExpert = ProductStages.pieces(matrices[0].rows(), rows);
        long out = Memory.address(op.out());
        stages.add(worker -> {
            long area = area(worker, groups, inputs, ids);
            long inputArea = area + groups.bytes();
            int all = groups.active(area) * perExpert;
            for (int piece = worker.claim(); piece < all; piece = worker.claim()) {
                int group = piece / perExpert;
                MatrixAddress matrix = matrices[groups.expert(area, group)];
                int row = piece % perExpert * rows;
                Batch batch = worker.batch.inOrder(groups.count(area, group), false);
                batch.inputRows = op.inPerChoice() ? groups.choiceRows(area, group) : groups.tokenRows(area, group);
                batch.outputRows = groups.choiceRows(area, group);
                kernels.product(matrix, row, Math.min(row + rows, matrix.rows()), inputs.address(matrix, inputArea),
                    inputs.stride(matrix), batch, out, matrix.rows(), worker.scratch() + own);
            }
        });
    }
}
