package com.alphaheng.engine.synth;

import com.alphaheng.engine.format.Mmfp4Header;
import com.alphaheng.engine.model.DType;
import com.alphaheng.engine.quantize.OutputTensor;
import com.alphaheng.engine.quantize.QuantizeProgress;
import com.alphaheng.engine.quantize.ShardPlan;
import com.alphaheng.engine.quantize.ShardWriter;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Writes an MMFP4 folder of the true shapes of a model with weights that mean nothing: for measuring speed, which
/// does not depend on them. The same arguments give the same bytes. Magnitudes keep activations and router logits in
/// the range of a trained model.
public final class Synthesizer {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long SHARD_BYTES = 4L << 30;
    /// Columns per scale.
    private static final int GROUP = 32;

    private final ObjectNode config;
    private final List<List<OutputTensor>> tensors = new ArrayList<>();

    private Synthesizer(ObjectNode config) {
        this.config = config;
    }

    /// Models that can be written.
    public static List<String> models() {
        return List.of("glm-4.7-flash");
    }

    /// @param model  one of [#models]
    /// @param layers decoder layers, 0 for as many as the model has
    /// @throws IllegalArgumentException when there is no such model, or too few layers for its kinds
    public static void write(String model, int layers, Path directory, QuantizeProgress progress)
        throws IOException {
        if (!models().contains(model)) {
            throw new IllegalArgumentException("no model '" + model + "': there are " + String.join(", ", models()));
        }
        ObjectNode config;
        try (InputStream in = Synthesizer.class.getResourceAsStream("/synth/" + model + ".json")) {
            config = (ObjectNode) JSON.readTree(in);
        }
        if (layers > 0) {
            config.put("num_hidden_layers", layers);
        }
        new Synthesizer(config).write(directory, progress);
    }

    private void write(Path directory, QuantizeProgress progress) throws IOException {
        plan();
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", Mmfp4Header.METHOD);
        metadata.put("mmfp4.format_version", String.valueOf(Mmfp4Header.FORMAT_VERSION));
        metadata.put("mmfp4.group_size", String.valueOf(GROUP));
        metadata.put("mmfp4.layout", Mmfp4Header.LAYOUT);
        metadata.put("mmfp4.method", "synthetic");
        ShardPlan plan = new ShardPlan(tensors, metadata, SHARD_BYTES);
        Files.createDirectories(directory);
        long total = tensors.stream().flatMap(List::stream).mapToLong(OutputTensor::bytes).sum();
        long done = 0;
        try (ShardWriter writer = new ShardWriter(directory, plan)) {
            int shard = 0;
            for (List<OutputTensor> group : tensors) {
                for (OutputTensor tensor : group) {
                    if (plan.place(tensor.name()).shard() > shard) {
                        writer.finish(shard++);
                    }
                    fill(writer, tensor);
                    done += tensor.bytes();
                    progress.at("writing", done, total);
                }
            }
            writer.finish(shard);
        }
        if (plan.shards().size() > 1) {
            Files.writeString(directory.resolve("model.safetensors.index.json"), plan.index().toPrettyString());
        }
        config.putObject("quantization_config").put("quant_method", Mmfp4Header.METHOD)
            .put("format_version", Mmfp4Header.FORMAT_VERSION).put("group_size", GROUP)
            .put("layout", Mmfp4Header.LAYOUT).put("method", "synthetic").put("head", true);
        Files.writeString(directory.resolve("config.json"), config.toPrettyString() + "\n");
    }

    private long size(String key) {
        return config.get(key).asLong();
    }

    private void plan() {
        long hidden = size("hidden_size");
        long vocab = size("vocab_size");
        single("model.embed_tokens.weight", DType.BF16, vocab, hidden);
        for (int i = 0; i < size("num_hidden_layers"); i++) {
            String prefix = "model.layers." + i + ".";
            single(prefix + "input_layernorm.weight", DType.F32, hidden);
            attention(prefix + "self_attn.", hidden);
            single(prefix + "post_attention_layernorm.weight", DType.F32, hidden);
            if (i < size("first_k_dense_replace")) {
                gated(prefix + "mlp.", hidden, size("intermediate_size"));
            } else {
                experts(prefix + "mlp.", hidden);
            }
        }
        single("model.norm.weight", DType.F32, hidden);
        matrix("lm_head", vocab, hidden);
    }

    private void attention(String prefix, long hidden) {
        long heads = size("num_attention_heads");
        long latent = size("kv_lora_rank");
        long rank = size("q_lora_rank");
        matrix(prefix + "q_a_proj", rank, hidden);
        single(prefix + "q_a_layernorm.weight", DType.F32, rank);
        matrix(prefix + "q_b_proj", heads * (size("qk_nope_head_dim") + size("qk_rope_head_dim")), rank);
        matrix(prefix + "kv_a_proj_with_mqa", latent + size("qk_rope_head_dim"), hidden);
        single(prefix + "kv_a_layernorm.weight", DType.F32, latent);
        matrix(prefix + "kv_b_proj", heads * (size("qk_nope_head_dim") + size("v_head_dim")), latent);
        matrix(prefix + "o_proj", hidden, heads * size("v_head_dim"));
    }

    private void gated(String prefix, long hidden, long inner) {
        matrix(prefix + "gate_proj", inner, hidden);
        matrix(prefix + "up_proj", inner, hidden);
        matrix(prefix + "down_proj", hidden, inner);
    }

    private void experts(String prefix, long hidden) {
        long experts = size("n_routed_experts");
        long inner = size("moe_intermediate_size");
        single(prefix + "gate.weight", DType.F32, experts, hidden);
        single(prefix + "gate.e_score_correction_bias", DType.F32, experts);
        matrix(prefix + "experts.gate_proj", experts, inner, hidden);
        matrix(prefix + "experts.up_proj", experts, inner, hidden);
        matrix(prefix + "experts.down_proj", experts, hidden, inner);
        gated(prefix + "shared_experts.", hidden, inner * size("n_shared_experts"));
    }

    private void single(String name, DType dtype, Long... shape) {
        tensors.add(List.of(new OutputTensor(name, dtype, List.of(shape))));
    }

    private void matrix(String name, Long... shape) {
        List<Long> codes = new ArrayList<>(List.of(shape));
        long cols = codes.removeLast();
        List<Long> scales = new ArrayList<>(codes);
        codes.add(cols / 8);
        scales.add(cols / GROUP);
        tensors.add(List.of(new OutputTensor(name + ".codes", DType.U32, codes),
            new OutputTensor(name + ".scales", DType.F16, scales)));
    }

    private void fill(ShardWriter writer, OutputTensor tensor) throws IOException {
        SyntheticValues values = SyntheticValues.of(tensor, GROUP);
        for (long offset = 0; offset < tensor.bytes(); offset += SyntheticValues.BLOCK) {
            ByteBuffer block = values.block(offset);
            block.limit((int) Math.min(block.limit(), tensor.bytes() - offset));
            writer.write(tensor.name(), offset, block);
        }
    }
}
