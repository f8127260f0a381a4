package com.alphaheng.engine.quantize;

import com.alphaheng.engine.model.AttentionWeights;
import com.alphaheng.engine.model.ExpertMatrices;
import com.alphaheng.engine.model.LayerWeights;
import com.alphaheng.engine.model.Matrix;
import com.alphaheng.engine.model.MlpWeights;
import com.alphaheng.engine.model.MtpWeights;
import com.alphaheng.engine.model.Weights;
import java.util.ArrayList;
import java.util.List;

/// Decides what becomes of every tensor, under the hub's names. Embedding, router, norms and bias are never
/// quantized.
final class OutputPlanner {

    private final Weights weights;
    private final int group;
    private final boolean quantizeHead;
    private final List<OutputEntry> entries = new ArrayList<>();

    private OutputPlanner(Weights weights, QuantizeOptions options) {
        this.weights = weights;
        this.group = options.groupSize();
        this.quantizeHead = options.head();
    }

    static List<OutputEntry> plan(Weights weights, QuantizeOptions options) {
        OutputPlanner planner = new OutputPlanner(weights, options);
        planner.plan();
        return List.copyOf(planner.entries);
    }

    private void plan() {
        keep("model.embed_tokens", weights.embedding(), false);
        for (LayerWeights layer : weights.layers()) {
            layer(layer);
        }
        weights.mtp().ifPresent(this::mtp);
        entries.add(new OutputEntry.Small("model.norm.weight", weights.finalNorm()));
        if (weights.head() != weights.embedding()) {
            head("lm_head", weights.head());
        }
    }

    private void layer(LayerWeights layer) {
        String prefix = "model.layers." + layer.index() + ".";
        entries.add(new OutputEntry.Small(prefix + "input_layernorm.weight", layer.inputNorm()));
        attention(prefix + "self_attn.", layer.attention());
        entries.add(new OutputEntry.Small(prefix + "post_attention_layernorm.weight", layer.postAttentionNorm()));
        switch (layer.mlp()) {
            case MlpWeights.Dense dense -> dense(prefix + "mlp.", dense);
            case MlpWeights.Experts experts -> {
                keep(prefix + "mlp.gate", experts.router(), false);
                entries.add(new OutputEntry.Small(prefix + "mlp.gate.e_score_correction_bias", experts.bias()));
                stack(prefix + "mlp.experts.gate_proj", experts.gate());
                stack(prefix + "mlp.experts.up_proj", experts.up());
                stack(prefix + "mlp.experts.down_proj", experts.down());
                dense(prefix + "mlp.shared_experts.", experts.shared());
            }
        }
    }

    private void attention(String prefix, AttentionWeights attention) {
        if (attention.lowRankQuery()) {
            quantize(prefix + "q_a_proj", attention.queryA());
            entries.add(new OutputEntry.Small(prefix + "q_a_layernorm.weight", attention.queryNorm()));
            quantize(prefix + "q_b_proj", attention.query());
        } else {
            quantize(prefix + "q_proj", attention.query());
        }
        quantize(prefix + "kv_a_proj_with_mqa", attention.keyValueA());
        entries.add(new OutputEntry.Small(prefix + "kv_a_layernorm.weight", attention.latentNorm()));
        quantize(prefix + "kv_b_proj", attention.keyValueB());
        quantize(prefix + "o_proj", attention.output());
    }

    private void dense(String prefix, MlpWeights.Dense dense) {
        quantize(prefix + "gate_proj", dense.gate());
        quantize(prefix + "up_proj", dense.up());
        quantize(prefix + "down_proj", dense.down());
    }

    private void mtp(MtpWeights mtp) {
        String prefix = "model.layers." + mtp.layer().index() + ".";
        entries.add(new OutputEntry.Small(prefix + "enorm.weight", mtp.embeddingNorm()));
        entries.add(new OutputEntry.Small(prefix + "hnorm.weight", mtp.hiddenNorm()));
        quantize(prefix + "eh_proj", mtp.projection());
        layer(mtp.layer());
        entries.add(new OutputEntry.Small(prefix + "shared_head.norm.weight", mtp.headNorm()));
        if (mtp.embedding() != weights.embedding()) {
            keep(prefix + "embed_tokens", mtp.embedding(), false);
        }
        if (mtp.head() != weights.head()) {
            head(prefix + "shared_head.head", mtp.head());
        }
    }

    private void head(String name, Matrix matrix) {
        if (quantizeHead) {
            quantize(name, matrix);
        } else {
            keep(name, matrix, false);
        }
    }

    private void keep(String name, Matrix matrix, boolean unfit) {
        if (matrix.quantized()) {
            throw new IllegalArgumentException(name + " is quantized already: start from the unquantized checkpoint");
        }
        entries.add(new OutputEntry.Kept(name + ".weight", matrix, unfit));
    }

    private void quantize(String name, Matrix matrix) {
        if (matrix.quantized() || matrix.cols() % group != 0) {
            keep(name, matrix, true);
        } else {
            entries.add(new OutputEntry.Quantized(name, List.of(matrix), false, group));
        }
    }

    private void stack(String name, ExpertMatrices matrices) {
        if (matrices.expert(0).quantized() || matrices.cols() % group != 0) {
            for (int expert = 0; expert < matrices.experts(); expert++) {
                String projection = name.substring(name.lastIndexOf('.') + 1);
                keep(name.substring(0, name.lastIndexOf('.') + 1) + expert + "." + projection,
                    matrices.expert(expert), true);
            }
        } else {
            entries.add(new OutputEntry.Quantized(name, matrices.each(), true, group));
        }
    }
}
