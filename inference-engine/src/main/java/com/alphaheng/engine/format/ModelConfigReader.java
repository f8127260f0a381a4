package com.alphaheng.engine.format;

import com.alphaheng.engine.model.ModelConfig;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/// Reads config.json (and the EOS ids of generation_config.json) of a `glm4_moe_lite` folder.
public final class ModelConfigReader {

    /// No layer count, width or vocabulary of this architecture comes near; keeps products within 63 bits.
    private static final int LARGEST = 1 << 24;
    private static final int MAX_LAYERS = 4096;

    private ModelConfigReader() { }

    /// @throws ModelFormatException naming file, key, expected and found
    public static ModelConfig read(Path directory) {
        ConfigJson json = ConfigJson.read(directory.resolve("config.json"));
        requireSupported(json);
        int layers = bounded(json, "num_hidden_layers", 1, MAX_LAYERS);
        int mtpLayers = json.integer("num_nextn_predict_layers", 0, 0);
        int heads = bounded(json, "num_attention_heads", 1, LARGEST);
        if (json.integer("num_key_value_heads", 1, heads) != heads) {
            throw json.invalid("num_key_value_heads", heads + ", as num_attention_heads");
        }
        int rope = bounded(json, "qk_rope_head_dim", 2, 1 << 16);
        if (rope % 2 != 0) {
            throw json.invalid("qk_rope_head_dim", "an even number");
        }
        return new ModelConfig(bounded(json, "vocab_size", 1, LARGEST), bounded(json, "hidden_size", 1, LARGEST),
            layers, mtpLayers, heads, json.integer("q_lora_rank", 1, 0), bounded(json, "kv_lora_rank", 1, 1 << 16),
            bounded(json, "qk_nope_head_dim", 1, 1 << 16), rope, bounded(json, "v_head_dim", 1, 1 << 16), theta(json),
            json.flag("rope_interleave", true), (float) json.number("rms_norm_eps", 1e-5),
            bounded(json, "intermediate_size", 1, LARGEST), bounded(json, "moe_intermediate_size", 1, LARGEST),
            json.integer("n_shared_experts", 1, 1), denseLayers(json, layers, mtpLayers), routing(json),
            json.integer("max_position_embeddings", 1), json.flag("tie_word_embeddings", false),
            endOfSequence(json, directory));
    }

    private static void requireSupported(ConfigJson json) {
        json.require("model_type", "glm4_moe_lite");
        json.require("hidden_act", "silu");
        json.require("scoring_func", "sigmoid");
        json.require("topk_method", "noaux_tc");
        if (json.flag("attention_bias", false)) {
            throw json.invalid("attention_bias", "false, the only one supported");
        }
        if (json.number("partial_rotary_factor", 1) != 1) {
            throw json.invalid("partial_rotary_factor", "1, the only one supported");
        }
        if (json.has("rope_scaling")) {
            json.object("rope_scaling").require("rope_type", "default");
        }
        json.object("rope_parameters").require("rope_type", "default");
    }

    private static int bounded(ConfigJson json, String key, int least, int largest) {
        int value = json.integer(key, least);
        if (value > largest) {
            throw json.invalid(key, "at most " + largest);
        }
        return value;
    }

    private static double theta(ConfigJson json) {
        ConfigJson parameters = json.object("rope_parameters");
        return json.has("rope_theta") ? json.number("rope_theta", 0) : parameters.number("rope_theta", 10_000);
    }

    private static List<Boolean> denseLayers(ConfigJson json, int layers, int mtpLayers) {
        List<Boolean> dense = new ArrayList<>();
        JsonNode types = json.get("mlp_layer_types");
        if (json.has("mlp_layer_types")) {
            if (!types.isArray() || types.size() < layers) {
                throw json.invalid("mlp_layer_types", "a list of " + layers + " times \"dense\" or \"sparse\"");
            }
            for (JsonNode type : types) {
                if (!type.asText().equals("dense") && !type.asText().equals("sparse")) {
                    throw json.invalid("mlp_layer_types", "\"dense\" or \"sparse\" only");
                }
            }
        }
        int first = json.integer("first_k_dense_replace", 0, 1);
        for (int i = 0; i < layers + mtpLayers; i++) {
            dense.add(types.isArray() ? i < types.size() && types.get(i).asText().equals("dense") : i < first);
        }
        return dense;
    }

    private static ModelConfig.Routing routing(ConfigJson json) {
        int experts = bounded(json, "n_routed_experts", 1, 1 << 16);
        int perToken = json.integer("num_experts_per_tok", 1);
        int groups = json.integer("n_group", 1, 1);
        int kept = json.integer("topk_group", 1, groups);
        if (experts % groups != 0) {
            throw json.invalid("n_group", "a divisor of n_routed_experts = " + experts);
        }
        if (kept > groups) {
            throw json.invalid("topk_group", "at most n_group = " + groups);
        }
        if (perToken > experts / groups * kept) {
            throw json.invalid("num_experts_per_tok", "at most the " + experts / groups * kept + " selectable experts");
        }
        return new ModelConfig.Routing(experts, perToken, groups, kept, json.flag("norm_topk_prob", true),
            (float) json.number("routed_scaling_factor", 1));
    }

    private static List<Integer> endOfSequence(ConfigJson json, Path directory) {
        TreeSet<Integer> ids = new TreeSet<>();
        collect(json, ids);
        Path generation = directory.resolve("generation_config.json");
        if (Files.exists(generation)) {
            collect(ConfigJson.read(generation), ids);
        }
        return List.copyOf(ids);
    }

    private static void collect(ConfigJson json, TreeSet<Integer> ids) {
        JsonNode node = json.get("eos_token_id");
        if (!json.has("eos_token_id")) {
            return;
        }
        for (JsonNode id : node.isArray() ? node : List.of(node)) {
            if (!id.isIntegralNumber() || !id.canConvertToInt() || id.intValue() < 0) {
                throw json.invalid("eos_token_id", "an id, or a list of ids");
            }
            ids.add(id.intValue());
        }
    }
}
