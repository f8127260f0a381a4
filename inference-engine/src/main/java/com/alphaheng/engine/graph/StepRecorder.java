package com.alphaheng.engine.graph;

import com.alphaheng.engine.backend.CacheLayer;
import com.alphaheng.engine.backend.Control;
import com.alphaheng.engine.backend.DeviceBuffer;
import com.alphaheng.engine.backend.op.Component;
import com.alphaheng.engine.backend.op.Embed;
import com.alphaheng.engine.backend.op.ExpertDown;
import com.alphaheng.engine.backend.op.ExpertGateUp;
import com.alphaheng.engine.backend.op.LinearResidual;
import com.alphaheng.engine.backend.op.MlaAttention;
import com.alphaheng.engine.backend.op.MlaShape;
import com.alphaheng.engine.backend.op.NormGateUp;
import com.alphaheng.engine.backend.op.NormLinear;
import com.alphaheng.engine.backend.op.NormRoute;
import com.alphaheng.engine.backend.op.Op;
import com.alphaheng.engine.backend.op.RopeCacheWrite;
import com.alphaheng.engine.model.AttentionWeights;
import com.alphaheng.engine.model.LayerWeights;
import com.alphaheng.engine.model.MlpWeights;
import com.alphaheng.engine.model.ModelConfig;
import com.alphaheng.engine.model.Weights;
import java.util.List;

/// Writes down the operations of a step of T tokens, fused: how GLM-4.7-Flash is computed, in one place.
/// [PlainStepRecorder] writes the same step with plain operations.
class StepRecorder {

    final Weights weights;
    final ModelConfig config;
    final MlaShape shape;
    final List<CacheLayer> caches;
    final Control control;

    /// @param caches one per layer
    StepRecorder(Weights weights, List<CacheLayer> caches, Control control) {
        this.weights = weights;
        this.config = weights.config();
        this.shape = MlaShape.of(config);
        this.caches = caches;
        this.control = control;
    }

    /// From the ids in `control.tokens` to the residual stream after the last layer; the cache grows by T rows.
    ///
    /// @return the residual stream [T, h]
    DeviceBuffer forward(int tokenCount, StepBuffers buffers, List<Op> step) {
        DeviceBuffer hidden = buffers.take("hidden", tokenCount, config.hiddenSize());
        step.add(new Embed("embed", control.tokens(), weights.embedding(), tokenCount, hidden));
        for (LayerWeights layer : weights.layers()) {
            layer(layer, caches.get(layer.index()), hidden, tokenCount, buffers, step);
        }
        return hidden;
    }

    void layer(LayerWeights layer, CacheLayer cache, DeviceBuffer hidden, int tokenCount, StepBuffers buffers,
               List<Op> step) {
        attention(layer, cache, hidden, tokenCount, buffers, step);
        switch (layer.mlp()) {
            case MlpWeights.Dense dense -> dense(layer, dense, hidden, tokenCount, buffers, step);
            case MlpWeights.Experts experts -> experts(layer, experts, hidden, tokenCount, buffers, step);
        }
    }

    void attention(LayerWeights layer, CacheLayer cache, DeviceBuffer hidden, int tokenCount, StepBuffers buffers,
                   List<Op> step) {
        String label = "layer " + layer.index() + " ";
        AttentionWeights attention = layer.attention();
        float epsilon = config.normEpsilon();
        DeviceBuffer normed = buffers.take("normed", tokenCount, config.hiddenSize());
        DeviceBuffer query = buffers.take("query", tokenCount, (long) shape.heads() * shape.queryWidth());
        DeviceBuffer keyValue = buffers.take("key value", tokenCount, config.cacheWidth());
        if (attention.lowRankQuery()) {
            int rank = config.queryRank();
            DeviceBuffer latent = buffers.take("query latent", tokenCount, rank);
            step.add(new NormLinear(label + "attention input", Component.ATTENTION, hidden, 0, tokenCount,
                layer.inputNorm(), epsilon, normed, attention.queryA(), latent, attention.keyValueA(), keyValue));
            step.add(new NormLinear(label + "query", Component.ATTENTION, latent, 0, tokenCount,
                attention.queryNorm(), epsilon, buffers.take("query latent normed", tokenCount, rank),
                attention.query(), query, null, null));
        } else {
            step.add(new NormLinear(label + "attention input", Component.ATTENTION, hidden, 0, tokenCount,
                layer.inputNorm(), epsilon, normed, attention.query(), query, attention.keyValueA(), keyValue));
        }
        step.add(new RopeCacheWrite(label + "rope and cache write", query, keyValue, attention.latentNorm(), epsilon,
            shape, cache, control, tokenCount));
        DeviceBuffer out = buffers.take("attention", tokenCount, (long) shape.heads() * shape.value());
        step.add(new MlaAttention(label + "attention", query, attention.keyValueB(), cache, shape, control, tokenCount,
            out));
        step.add(new LinearResidual(label + "attention output", Component.ATTENTION, out, attention.output(),
            tokenCount, hidden));
    }

    void dense(LayerWeights layer, MlpWeights.Dense dense, DeviceBuffer hidden, int tokenCount, StepBuffers buffers,
               List<Op> step) {
        String label = "layer " + layer.index() + " ";
        DeviceBuffer inner = buffers.take("dense", tokenCount, config.denseWidth());
        step.add(new NormGateUp(label + "dense gate and up", hidden, layer.postAttentionNorm(), config.normEpsilon(),
            buffers.take("normed", tokenCount, config.hiddenSize()), dense.gate(), dense.up(), tokenCount, inner));
        step.add(new LinearResidual(label + "dense down", Component.DENSE, inner, dense.down(), tokenCount, hidden));
    }

    void experts(LayerWeights layer, MlpWeights.Experts experts, DeviceBuffer hidden, int tokenCount,
                 StepBuffers buffers, List<Op> step) {
        String label = "layer " + layer.index() + " ";
        int perToken = config.routing().perToken();
        DeviceBuffer normed = buffers.take("normed", tokenCount, config.hiddenSize());
        DeviceBuffer ids = buffers.take("expert ids", tokenCount, perToken);
        DeviceBuffer shares = buffers.take("expert weights", tokenCount, perToken);
        DeviceBuffer inner = buffers.take("experts", tokenCount, (long) perToken * config.expertWidth());
        DeviceBuffer shared = buffers.take("shared experts", tokenCount, config.sharedWidth());
        step.add(new NormRoute(label + "route", hidden, layer.postAttentionNorm(), config.normEpsilon(), normed,
            experts.router(), experts.bias(), config.routing(), tokenCount, ids, shares));
        step.add(new ExpertGateUp(label + "expert gate and up", normed, ids, experts, tokenCount, perToken, inner,
            shared));
        step.add(new ExpertDown(label + "expert down", inner, shared, ids, shares, experts, tokenCount, perToken,
            hidden));
    }

    /// The logits of `rows` rows of the residual stream.
    ///
    /// @return [rows, vocab]
    DeviceBuffer head(DeviceBuffer hidden, int firstRow, int rows, StepBuffers buffers, List<Op> step) {
        return head(hidden, firstRow, rows, buffers.takeRows("final normed", rows, config.hiddenSize()), buffers,
            step);
    }

    /// The same, with the rows after the final norm in `normed` [rows, h].
    final DeviceBuffer head(DeviceBuffer hidden, int firstRow, int rows, DeviceBuffer normed, StepBuffers buffers,
                            List<Op> step) {
        DeviceBuffer logits = buffers.takeRows("logits", rows, config.vocabSize());
        step.add(new NormLinear("head", Component.HEAD, hidden, firstRow, rows, weights.finalNorm(),
            config.normEpsilon(), normed, weights.head(), logits, null, null));
        return logits;
    }
}
