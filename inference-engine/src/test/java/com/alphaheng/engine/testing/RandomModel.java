package com.alphaheng.engine.testing;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/// A small model of the architecture with random shape and weights, written the way Hugging Face folders vary:
/// element type, one file or several with an index, experts in one of three forms, low-rank query or none, groups
/// of experts, tied embeddings, rope_theta in either place.
public final class RandomModel {

    /// How a folder holds its experts.
    public enum ExpertForm { SEPARATE, PACKED, STACKED }

    private static final ObjectMapper JSON = new ObjectMapper();

    public final int hidden;
    public final int layers;
    public final int heads;
    public final int queryRank;
    public final int latent;
    public final int nope;
    public final int rope;
    public final int value;
    public final int vocab;
    public final int denseWidth;
    public final int expertWidth;
    public final int experts;
    public final int perToken;
    public final int groups;
    public final int keptGroups;
    public final int shared;
    public final int denseLayers;
    public final boolean normalized;
    public final boolean tied;
    public final boolean interleaved;
    public final double scale;
    public final double theta = 10_000;
    public final String dtype;
    public final ExpertForm form;
    public final boolean sharded;
    /// Whether it has an MTP layer, with an embedding and a head of its own or without.
    public final boolean mtp;
    public final boolean ownMtpEnds;
    private final boolean listLayerTypes;
    private final boolean ropeParameters;
    /// Values by the hub's names with experts separate, as the folder's element type stores them.
    public final Map<String, float[]> tensors = new LinkedHashMap<>();
    private final Map<String, int[]> shapes = new LinkedHashMap<>();
    private final SplittableRandom random;

    /// @param unit every width is a multiple of this; 1 for awkward sizes, 32 for what MMFP4 can hold
    public RandomModel(long seed, int unit) {
        this(seed, unit, false);
    }

    /// @param mtp whether there is an MTP layer
    public RandomModel(long seed, int unit, boolean mtp) {
        this.mtp = mtp;
        this.random = new SplittableRandom(seed);
        this.hidden = unit * between(1, 4) + (unit == 1 ? 30 : 0);
        this.layers = between(1, 4);
        this.heads = between(1, 5);
        this.queryRank = random.nextBoolean() ? unit * between(1, 3) + (unit == 1 ? 7 : 0) : 0;
        this.latent = unit == 1 ? 2 * between(5, 20) : unit * between(1, 3);
        this.nope = between(3, 20);
        this.rope = 2 * between(1, 8);
        this.value = unit == 1 ? between(3, 20) : unit;
        this.vocab = between(50, 300);
        this.denseWidth = unit == 1 ? between(10, 70) : unit * between(1, 4);
        this.expertWidth = unit == 1 ? between(5, 40) : unit * between(1, 2);
        this.groups = random.nextBoolean() ? 1 : between(2, 4);
        this.experts = groups * between(3, 6);
        this.keptGroups = between(1, groups);
        this.perToken = between(1, Math.min(4, experts / groups * keptGroups));
        this.shared = between(1, 3);
        this.denseLayers = between(0, Math.min(2, layers));
        this.normalized = random.nextBoolean();
        this.tied = random.nextInt(4) == 0;
        this.interleaved = random.nextInt(4) != 0;
        this.scale = 1 + random.nextDouble();
        this.dtype = List.of("BF16", "F16", "F32").get(random.nextInt(3));
        this.form = ExpertForm.values()[random.nextInt(3)];
        this.sharded = random.nextBoolean();
        this.listLayerTypes = random.nextBoolean();
        this.ropeParameters = random.nextBoolean();
        this.ownMtpEnds = mtp && random.nextBoolean();
        fill();
    }

    private int between(int least, int most) {
        return least + random.nextInt(most - least + 1);
    }

    private void fill() {
        matrix("model.embed_tokens.weight", vocab, hidden);
        for (int i = 0; i < layers; i++) {
            layer(i);
        }
        norm("model.norm.weight", hidden);
        if (!tied) {
            matrix("lm_head.weight", vocab, hidden);
        }
        if (mtp) {
            mtpLayer();
        }
    }

    private void layer(int index) {
        String prefix = "model.layers." + index + ".";
        norm(prefix + "input_layernorm.weight", hidden);
        norm(prefix + "post_attention_layernorm.weight", hidden);
        String attention = prefix + "self_attn.";
        int queries = heads * (nope + rope);
        if (queryRank > 0) {
            matrix(attention + "q_a_proj.weight", queryRank, hidden);
            norm(attention + "q_a_layernorm.weight", queryRank);
            matrix(attention + "q_b_proj.weight", queries, queryRank);
        } else {
            matrix(attention + "q_proj.weight", queries, hidden);
        }
        matrix(attention + "kv_a_proj_with_mqa.weight", latent + rope, hidden);
        norm(attention + "kv_a_layernorm.weight", latent);
        matrix(attention + "kv_b_proj.weight", heads * (nope + value), latent);
        matrix(attention + "o_proj.weight", hidden, heads * value);
        if (index < denseLayers) {
            mlp(prefix + "mlp.", denseWidth);
            return;
        }
        matrix(prefix + "mlp.gate.weight", experts, hidden);
        float[] bias = new float[experts];
        for (int e = 0; e < experts; e++) {
            bias[e] = (float) (random.nextDouble() - 0.5) * 0.2f;
        }
        put(prefix + "mlp.gate.e_score_correction_bias", bias, experts);
        for (int e = 0; e < experts; e++) {
            mlp(prefix + "mlp.experts." + e + ".", expertWidth);
        }
        mlp(prefix + "mlp.shared_experts.", shared * expertWidth);
    }

    private void mtpLayer() {
        String prefix = "model.layers." + layers + ".";
        norm(prefix + "enorm.weight", hidden);
        norm(prefix + "hnorm.weight", hidden);
        matrix(prefix + "eh_proj.weight", hidden, 2 * hidden);
        layer(layers);
        norm(prefix + "shared_head.norm.weight", hidden);
        if (ownMtpEnds) {
            matrix(prefix + "embed_tokens.weight", vocab, hidden);
            matrix(prefix + "shared_head.head.weight", vocab, hidden);
        }
    }

    private void mlp(String prefix, int width) {
        matrix(prefix + "gate_proj.weight", width, hidden);
        matrix(prefix + "up_proj.weight", width, hidden);
        matrix(prefix + "down_proj.weight", hidden, width);
    }

    private void matrix(String name, int rows, int cols) {
        float[] values = new float[rows * cols];
        double spread = 2 / Math.sqrt(cols);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) ((random.nextDouble() * 2 - 1) * spread);
        }
        put(name, values, rows, cols);
    }

    private void norm(String name, int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) (0.5 + random.nextDouble());
        }
        put(name, values, length);
    }

    private void put(String name, float[] values, int... shape) {
        for (int i = 0; i < values.length; i++) {
            values[i] = stored(name, values[i]);
        }
        tensors.put(name, values);
        shapes.put(name, shape);
    }

    private String dtypeOf(String name) {
        return name.endsWith("e_score_correction_bias") ? "F32" : dtype;
    }

    private float stored(String name, float value) {
        return switch (dtypeOf(name)) {
            case "BF16" -> Float.intBitsToFloat(Float.floatToRawIntBits(value) & 0xFFFF0000);
            case "F16" -> Float.float16ToFloat(Float.floatToFloat16(value));
            default -> value;
        };
    }

    /// Random ids of this model's vocabulary.
    public int[] prompt(int length) {
        int[] ids = new int[length];
        for (int i = 0; i < length; i++) {
            ids[i] = random.nextInt(vocab);
        }
        return ids;
    }

    public void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("config.json"), config().toPrettyString());
        Map<String, float[]> all = new LinkedHashMap<>(tensors);
        Map<String, int[]> forms = new LinkedHashMap<>(shapes);
        if (form != ExpertForm.SEPARATE) {
            for (int i = denseLayers; i < layers + (mtp ? 1 : 0); i++) {
                stack(all, forms, "model.layers." + i + ".mlp.experts.");
            }
        }
        List<String> names = new ArrayList<>(all.keySet());
        if (!sharded) {
            writeFile(folder.resolve("model.safetensors"), names, all, forms);
            return;
        }
        ObjectNode index = JSON.createObjectNode();
        ObjectNode map = index.putObject("weight_map");
        for (int part = 0; part < 3; part++) {
            String file = "model-0000" + (part + 1) + "-of-00003.safetensors";
            List<String> mine = new ArrayList<>();
            for (int i = part; i < names.size(); i += 3) {
                mine.add(names.get(i));
                map.put(names.get(i), file);
            }
            writeFile(folder.resolve(file), mine, all, forms);
        }
        Files.writeString(folder.resolve("model.safetensors.index.json"), index.toString());
    }

    private void stack(Map<String, float[]> all, Map<String, int[]> forms, String prefix) {
        int each = expertWidth * hidden;
        float[] gate = join(all, prefix, "gate_proj", each);
        float[] up = join(all, prefix, "up_proj", each);
        float[] down = join(all, prefix, "down_proj", each);
        for (int e = 0; e < experts; e++) {
            for (String projection : List.of("gate_proj", "up_proj", "down_proj")) {
                all.remove(prefix + e + "." + projection + ".weight");
            }
        }
        if (form == ExpertForm.PACKED) {
            float[] packed = new float[2 * gate.length];
            for (int e = 0; e < experts; e++) {
                System.arraycopy(gate, e * each, packed, 2 * e * each, each);
                System.arraycopy(up, e * each, packed, (2 * e + 1) * each, each);
            }
            all.put(prefix + "gate_up_proj", packed);
            forms.put(prefix + "gate_up_proj", new int[] {experts, 2 * expertWidth, hidden});
            all.put(prefix + "down_proj", down);
            forms.put(prefix + "down_proj", new int[] {experts, hidden, expertWidth});
        } else {
            all.put(prefix + "gate_proj.weight", gate);
            forms.put(prefix + "gate_proj.weight", new int[] {experts, expertWidth, hidden});
            all.put(prefix + "up_proj.weight", up);
            forms.put(prefix + "up_proj.weight", new int[] {experts, expertWidth, hidden});
            all.put(prefix + "down_proj.weight", down);
            forms.put(prefix + "down_proj.weight", new int[] {experts, hidden, expertWidth});
        }
    }

    private float[] join(Map<String, float[]> all, String prefix, String projection, int each) {
        float[] joined = new float[experts * each];
        for (int e = 0; e < experts; e++) {
            System.arraycopy(all.get(prefix + e + "." + projection + ".weight"), 0, joined, e * each, each);
        }
        return joined;
    }

    private void writeFile(Path path, List<String> names, Map<String, float[]> all, Map<String, int[]> forms)
        throws IOException {
        ObjectNode header = JSON.createObjectNode();
        int end = 0;
        for (String name : names) {
            ObjectNode entry = header.putObject(name).put("dtype", dtypeOf(name));
            for (int dimension : forms.get(name)) {
                entry.withArray("shape").add(dimension);
            }
            int bytes = all.get(name).length * (dtypeOf(name).equals("F32") ? 4 : 2);
            entry.putArray("data_offsets").add(end).add(end + bytes);
            end += bytes;
        }
        byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(8 + json.length + end).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(json.length).put(json);
        for (String name : names) {
            for (float value : all.get(name)) {
                switch (dtypeOf(name)) {
                    case "BF16" -> file.putShort((short) (Float.floatToRawIntBits(value) >>> 16));
                    case "F16" -> file.putShort(Float.floatToFloat16(value));
                    default -> file.putFloat(value);
                }
            }
        }
        Files.write(path, file.array());
    }

    private ObjectNode config() {
        ObjectNode config = JSON.createObjectNode().put("model_type", "glm4_moe_lite").put("hidden_act", "silu")
            .put("vocab_size", vocab).put("hidden_size", hidden).put("num_hidden_layers", layers)
            .put("num_attention_heads", heads).put("kv_lora_rank", latent).put("qk_nope_head_dim", nope)
            .put("qk_rope_head_dim", rope).put("v_head_dim", value).put("rms_norm_eps", 1e-5)
            .put("rope_interleave", interleaved).put("intermediate_size", denseWidth)
            .put("moe_intermediate_size", expertWidth).put("n_shared_experts", shared)
            .put("n_routed_experts", experts).put("num_experts_per_tok", perToken).put("n_group", groups)
            .put("topk_group", keptGroups).put("norm_topk_prob", normalized).put("routed_scaling_factor", scale)
            .put("max_position_embeddings", 512).put("tie_word_embeddings", tied).put("eos_token_id", 1);
        if (mtp) {
            config.put("num_nextn_predict_layers", 1);
        }
        if (queryRank > 0) {
            config.put("q_lora_rank", queryRank);
        } else {
            config.putNull("q_lora_rank");
        }
        if (ropeParameters) {
            config.putObject("rope_parameters").put("rope_theta", theta).put("rope_type", "default");
        } else {
            config.put("rope_theta", theta);
        }
        if (listLayerTypes) {
            for (int i = 0; i < layers + (mtp ? 1 : 0); i++) {
                config.withArray("mlp_layer_types").add(i < denseLayers ? "dense" : "sparse");
            }
        } else {
            config.put("first_k_dense_replace", denseLayers);
        }
        return config;
    }

    @Override
    public String toString() {
        return config() + " " + dtype + " experts " + form + (sharded ? " in several files" : " in one file");
    }
}
