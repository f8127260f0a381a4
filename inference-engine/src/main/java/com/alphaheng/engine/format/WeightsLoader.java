package com.alphaheng.engine.format;

import com.alphaheng.engine.model.AttentionWeights;
import com.alphaheng.engine.model.LayerWeights;
import com.alphaheng.engine.model.Matrix;
import com.alphaheng.engine.model.MlpWeights;
import com.alphaheng.engine.model.ModelConfig;
import com.alphaheng.engine.model.MtpWeights;
import com.alphaheng.engine.model.Weights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Loads a model folder, Hugging Face's or MMFP4: maps its files and binds every tensor to its field, checking
/// name, type and shape once. Nothing looks tensors up by name afterwards.
public final class WeightsLoader {

    private final ModelConfig config;
    private final TensorBinder binder;

    private WeightsLoader(ModelConfig config, TensorBinder binder) {
        this.config = config;
        this.binder = binder;
    }

    /// @throws ModelFormatException naming file, tensor, expected and found
    public static Weights load(Path directory) {
        ModelConfig config = ModelConfigReader.read(directory);
        Mmfp4Header header = Mmfp4Header.read(directory);
        Checkpoint checkpoint = Checkpoint.open(directory);
        try {
            header.checkFiles(checkpoint);
            return bind(config, checkpoint, header.groupSize());
        } catch (ArithmeticException e) {
            checkpoint.close();
            throw new ModelFormatException(directory.resolve("config.json"),
                "its sizes multiply to more than 31 bits: one of them must be wrong", e);
        } catch (RuntimeException e) {
            checkpoint.close();
            throw e;
        }
    }

    private static Weights bind(ModelConfig config, Checkpoint checkpoint, int groupSize) {
        long widest = Math.max(config.hiddenSize(), Math.max(config.routing().experts(),
            Math.max(config.queryRank(), config.latentRank())));
        long perLayer = 8 * (widest * 4 + 64);
        // The bound follows from config.json alone, which may be wrong: hold it against the files before allocating.
        long present = checkpoint.files().stream().mapToLong(file -> file.mapping().byteSize()).sum();
        long bytes = Math.min((config.layers() + 2) * perLayer, 2 * present + perLayer);
        WeightsLoader loader = new WeightsLoader(config, new TensorBinder(checkpoint, groupSize, bytes));
        return loader.weights(checkpoint);
    }

    private Weights weights(Checkpoint checkpoint) {
        int hidden = config.hiddenSize();
        Matrix embedding = binder.matrix("model.embed_tokens", config.vocabSize(), hidden);
        boolean tied = config.tiedEmbeddings() && !binder.has("lm_head");
        Matrix head = tied ? embedding : binder.matrix("lm_head", config.vocabSize(), hidden);
        List<LayerWeights> layers = new ArrayList<>();
        for (int i = 0; i < config.layers(); i++) {
            layers.add(layer(i));
        }
        Optional<MtpWeights> mtp = mtp(embedding, head);
        return new Weights(config, embedding, layers, binder.vector("model.norm", hidden), head, mtp,
            binder.vectors(), checkpoint.mappings(), checkpoint);
    }

    private LayerWeights layer(int index) {
        String prefix = "model.layers." + index + ".";
        int hidden = config.hiddenSize();
        return new LayerWeights(index, binder.vector(prefix + "input_layernorm", hidden),
            attention(prefix + "self_attn."), binder.vector(prefix + "post_attention_layernorm", hidden),
            config.denseLayer(index) ? dense(prefix + "mlp.", config.denseWidth()) : experts(prefix + "mlp."));
    }

    private AttentionWeights attention(String prefix) {
        int hidden = config.hiddenSize();
        int queries = Math.multiplyExact(config.heads(), config.queryWidth());
        int rank = config.queryRank();
        boolean lowRank = rank > 0;
        return new AttentionWeights(lowRank ? binder.matrix(prefix + "q_a_proj", rank, hidden) : null,
            lowRank ? binder.vector(prefix + "q_a_layernorm", rank) : null,
            lowRank ? binder.matrix(prefix + "q_b_proj", queries, rank)
                : binder.matrix(prefix + "q_proj", queries, hidden),
            binder.matrix(prefix + "kv_a_proj_with_mqa", config.cacheWidth(), hidden),
            binder.vector(prefix + "kv_a_layernorm", config.latentRank()),
            binder.matrix(prefix + "kv_b_proj",
                Math.multiplyExact(config.heads(), config.nopeWidth() + config.valueWidth()), config.latentRank()),
            binder.matrix(prefix + "o_proj", hidden, Math.multiplyExact(config.heads(), config.valueWidth())));
    }

    private MlpWeights.Dense dense(String prefix, int width) {
        int hidden = config.hiddenSize();
        return new MlpWeights.Dense(binder.matrix(prefix + "gate_proj", width, hidden),
            binder.matrix(prefix + "up_proj", width, hidden), binder.matrix(prefix + "down_proj", hidden, width));
    }

    private MlpWeights.Experts experts(String prefix) {
        int hidden = config.hiddenSize();
        int width = config.expertWidth();
        int count = config.routing().experts();
        String each = prefix + "experts.";
        return new MlpWeights.Experts(binder.matrix(prefix + "gate", count, hidden),
            binder.vector(prefix + "gate.e_score_correction_bias", count),
            binder.experts(each, "gate_proj", count, width, hidden),
            binder.experts(each, "up_proj", count, width, hidden),
            binder.experts(each, "down_proj", count, hidden, width),
            dense(prefix + "shared_experts.", Math.multiplyExact(config.sharedExperts(), width)));
    }

    /// The first MTP layer, where the checkpoint carries it: many published ones declare but omit it.
    private Optional<MtpWeights> mtp(Matrix embedding, Matrix head) {
        String prefix = "model.layers." + config.layers() + ".";
        if (config.mtpLayers() == 0 || !binder.has(prefix + "eh_proj")) {
            return Optional.empty();
        }
        int hidden = config.hiddenSize();
        Matrix ownEmbedding = binder.has(prefix + "embed_tokens")
            ? binder.matrix(prefix + "embed_tokens", config.vocabSize(), hidden) : embedding;
        Matrix ownHead = binder.has(prefix + "shared_head.head")
            ? binder.matrix(prefix + "shared_head.head", config.vocabSize(), hidden) : head;
        return Optional.of(new MtpWeights(binder.vector(prefix + "enorm", hidden),
            binder.vector(prefix + "hnorm", hidden), binder.matrix(prefix + "eh_proj", hidden, 2 * hidden),
            layer(config.layers()), binder.vector(prefix + "shared_head.norm", hidden), ownEmbedding, ownHead));
    }
}
