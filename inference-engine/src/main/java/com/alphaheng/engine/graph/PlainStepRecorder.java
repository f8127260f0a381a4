package com.alphaheng.engine.graph;

import com.alphaheng.engine.backend.CacheLayer;
import com.alphaheng.engine.backend.Control;
import com.alphaheng.engine.backend.DeviceBuffer;
import com.alphaheng.engine.backend.op.AbsorbQuery;
import com.alphaheng.engine.backend.op.Add;
import com.alphaheng.engine.backend.op.CacheWrite;
import com.alphaheng.engine.backend.op.Combine;
import com.alphaheng.engine.backend.op.Component;
import com.alphaheng.engine.backend.op.Copy;
import com.alphaheng.engine.backend.op.ExpandValue;
import com.alphaheng.engine.backend.op.ExpertLinear;
import com.alphaheng.engine.backend.op.LatentAttention;
import com.alphaheng.engine.backend.op.Linear;
import com.alphaheng.engine.backend.op.Op;
import com.alphaheng.engine.backend.op.RmsNorm;
import com.alphaheng.engine.backend.op.Rope;
import com.alphaheng.engine.backend.op.Route;
import com.alphaheng.engine.backend.op.SwiGlu;
import com.alphaheng.engine.model.AttentionWeights;
import com.alphaheng.engine.model.ExpertMatrices;
import com.alphaheng.engine.model.LayerWeights;
import com.alphaheng.engine.model.Matrix;
import com.alphaheng.engine.model.MlpWeights;
import com.alphaheng.engine.model.Vector;
import com.alphaheng.engine.model.Weights;
import java.util.List;

/// The same step as [StepRecorder] with plain operations only: what the rungs without fusion run.
final class PlainStepRecorder extends StepRecorder {

    PlainStepRecorder(Weights weights, List<CacheLayer> caches, Control control) {
        super(weights, caches, control);
    }

    @Override
    void attention(LayerWeights layer, CacheLayer cache, DeviceBuffer hidden, int tokenCount, StepBuffers buffers,
                   List<Op> step) {
        String label = "layer " + layer.index() + " ";
        AttentionWeights weights = layer.attention();
        DeviceBuffer normed = norm(label + "input norm", hidden, config.hiddenSize(), layer.inputNorm(), tokenCount,
            buffers, step);
        DeviceBuffer queryInput = normed;
        if (weights.lowRankQuery()) {
            DeviceBuffer latent = linear(label + "query a", Component.ATTENTION, normed, weights.queryA(), tokenCount,
                buffers, step);
            queryInput = norm(label + "query norm", latent, config.queryRank(), weights.queryNorm(), tokenCount,
                buffers, step);
        }
        DeviceBuffer query = linear(label + "query", Component.ATTENTION, queryInput, weights.query(), tokenCount,
            buffers, step);
        DeviceBuffer keyValue = linear(label + "key value a", Component.ATTENTION, normed, weights.keyValueA(),
            tokenCount, buffers, step);
        DeviceBuffer latent = norm(label + "latent norm", keyValue, config.cacheWidth(), weights.latentNorm(),
            tokenCount, buffers, step);
        step.add(new Rope(label + "query rope", query, shape.heads(), shape.queryWidth(), shape.nope(), shape.rope(),
            shape.theta(), shape.interleaved(), control, tokenCount));
        step.add(new Rope(label + "key rope", keyValue, 1, config.cacheWidth(), shape.latent(), shape.rope(),
            shape.theta(), shape.interleaved(), control, tokenCount));
        step.add(new CacheWrite(label + "cache write", latent, keyValue, cache, control, tokenCount));
        long latents = (long) shape.heads() * shape.latent();
        DeviceBuffer absorbed = buffers.take(label + "absorbed", tokenCount, latents);
        step.add(new AbsorbQuery(label + "absorb query", query, weights.keyValueB(), shape, tokenCount, absorbed));
        DeviceBuffer attended = buffers.take(label + "attended", tokenCount, latents);
        step.add(new LatentAttention(label + "attention", absorbed, query, cache, shape, control, tokenCount,
            attended));
        DeviceBuffer out = buffers.take(label + "values", tokenCount, (long) shape.heads() * shape.value());
        step.add(new ExpandValue(label + "expand value", attended, weights.keyValueB(), shape, tokenCount, out));
        DeviceBuffer projected = linear(label + "attention output", Component.ATTENTION, out, weights.output(),
            tokenCount, buffers, step);
        step.add(new Add(label + "attention residual", projected, tokenCount * config.hiddenSize(), hidden));
    }

    @Override
    void dense(LayerWeights layer, MlpWeights.Dense dense, DeviceBuffer hidden, int tokenCount, StepBuffers buffers,
               List<Op> step) {
        String label = "layer " + layer.index() + " dense ";
        DeviceBuffer normed = norm(label + "norm", hidden, config.hiddenSize(), layer.postAttentionNorm(), tokenCount,
            buffers, step);
        DeviceBuffer out = gated(label, Component.DENSE, dense, normed, tokenCount, buffers, step);
        step.add(new Add(label + "residual", out, tokenCount * config.hiddenSize(), hidden));
    }

    @Override
    void experts(LayerWeights layer, MlpWeights.Experts experts, DeviceBuffer hidden, int tokenCount,
                 StepBuffers buffers, List<Op> step) {
        String label = "layer " + layer.index() + " ";
        int perToken = config.routing().perToken();
        int count = tokenCount * config.hiddenSize();
        DeviceBuffer normed = norm(label + "expert norm", hidden, config.hiddenSize(), layer.postAttentionNorm(),
            tokenCount, buffers, step);
        DeviceBuffer ids = buffers.take(label + "expert ids", tokenCount, perToken);
        DeviceBuffer shares = buffers.take(label + "expert weights", tokenCount, perToken);
        step.add(new Route(label + "route", normed, experts.router(), experts.bias(), config.routing(), tokenCount,
            ids, shares));
        DeviceBuffer gate = chosen(label + "expert gate", normed, false, ids, experts.gate(), tokenCount, buffers,
            step);
        DeviceBuffer up = chosen(label + "expert up", normed, false, ids, experts.up(), tokenCount, buffers, step);
        int inner = perToken * config.expertWidth();
        DeviceBuffer active = buffers.take(label + "expert active", tokenCount, inner);
        step.add(new SwiGlu(label + "expert swiglu", Component.EXPERTS, gate, up, tokenCount * inner, active));
        DeviceBuffer down = chosen(label + "expert down", active, true, ids, experts.down(), tokenCount, buffers,
            step);
        DeviceBuffer combined = buffers.take(label + "combined", tokenCount, config.hiddenSize());
        step.add(new Combine(label + "combine", down, shares, tokenCount, perToken, config.hiddenSize(), combined));
        step.add(new Add(label + "expert residual", combined, count, hidden));
        DeviceBuffer shared = gated(label + "shared ", Component.EXPERTS, experts.shared(), normed, tokenCount,
            buffers, step);
        step.add(new Add(label + "shared residual", shared, count, hidden));
    }

    @Override
    DeviceBuffer head(DeviceBuffer hidden, int firstRow, int rows, StepBuffers buffers, List<Op> step) {
        DeviceBuffer last = buffers.takeRows("last rows", rows, config.hiddenSize());
        step.add(new Copy("last rows", Component.HEAD, hidden, firstRow, rows, config.hiddenSize(), last, 0));
        DeviceBuffer normed = norm("final norm", last, config.hiddenSize(), weights.finalNorm(), rows, buffers, step);
        DeviceBuffer logits = buffers.takeRows("logits", rows, config.vocabSize());
        step.add(new Linear("head", Component.HEAD, normed, weights.head(), rows, logits));
        return logits;
    }

    private DeviceBuffer gated(String label, Component component, MlpWeights.Dense dense, DeviceBuffer normed,
                               int tokenCount, StepBuffers buffers, List<Op> step) {
        DeviceBuffer gate = linear(label + "gate", component, normed, dense.gate(), tokenCount, buffers, step);
        DeviceBuffer up = linear(label + "up", component, normed, dense.up(), tokenCount, buffers, step);
        DeviceBuffer active = buffers.take(label + "active", tokenCount, dense.gate().rows());
        step.add(new SwiGlu(label + "swiglu", component, gate, up, tokenCount * dense.gate().rows(), active));
        return linear(label + "down", component, active, dense.down(), tokenCount, buffers, step);
    }

    private DeviceBuffer norm(String label, DeviceBuffer in, int stride, Vector weight, int tokenCount,
                              StepBuffers buffers, List<Op> step) {
        DeviceBuffer out = buffers.take(label, tokenCount, weight.length());
        step.add(new RmsNorm(label, Component.NORMS, in, stride, weight, config.normEpsilon(), tokenCount, out,
            weight.length(), 0));
        return out;
    }

    private DeviceBuffer linear(String label, Component component, DeviceBuffer in, Matrix matrix, int tokenCount,
                                StepBuffers buffers, List<Op> step) {
        DeviceBuffer out = buffers.take(label, tokenCount, matrix.rows());
        step.add(new Linear(label, component, in, matrix, tokenCount, out));
        return out;
    }

    private DeviceBuffer chosen(String label, DeviceBuffer in, boolean inPerChoice, DeviceBuffer ids,
                                ExpertMatrices matrices, int tokenCount, StepBuffers buffers, List<Op> step) {
        int perToken = config.routing().perToken();
        DeviceBuffer out = buffers.take(label, tokenCount, (long) perToken * matrices.rows());
        step.add(new ExpertLinear(label, in, inPerChoice, ids, matrices, tokenCount, perToken, out));
        return out;
    }
}
