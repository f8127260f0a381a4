package com.alphaheng.engine.format;

import java.nio.file.Path;
import java.util.Map;

/// What config.json says of quantization (`quantization_config`), see docs/engine.md. The layout is always stated
/// there, never guessed from a shape.
///
/// @param path      the config.json
/// @param groupSize columns per scale, 0 when the folder is not quantized
public record Mmfp4Header(Path path, int groupSize) {

    public static final String METHOD = "mmfp4";
    public static final int FORMAT_VERSION = 1;
    public static final String LAYOUT =
        "row-major; codes u32, nibble j of word k = column 8k+j; scales f16 per row and group";

    static Mmfp4Header read(Path directory) {
        ConfigJson json = ConfigJson.read(directory.resolve("config.json"));
        if (!json.has("quantization_config")) {
            return new Mmfp4Header(json.path(), 0);
        }
        ConfigJson quantization = json.object("quantization_config");
        if (!quantization.get("quant_method").asText().equals(METHOD)) {
            throw quantization.invalid("quant_method", "\"" + METHOD + "\": start from an unquantized checkpoint, or"
                + " one that ./marlin quantize wrote");
        }
        if (quantization.integer("format_version", 1) != FORMAT_VERSION) {
            throw quantization.invalid("format_version", FORMAT_VERSION + ": quantize the checkpoint again");
        }
        quantization.require("layout", LAYOUT);
        int group = quantization.integer("group_size", 1);
        if (group != 32 && group != 128) {
            throw quantization.invalid("group_size", "32 or 128");
        }
        return new Mmfp4Header(json.path(), group);
    }

    /// Fails when a file's own metadata contradicts config.json.
    void checkFiles(Checkpoint checkpoint) {
        for (SafetensorsFile file : checkpoint.files()) {
            Map<String, String> metadata = file.metadata();
            String stated = metadata.getOrDefault("mmfp4.group_size", "0");
            if (!stated.equals(String.valueOf(groupSize))) {
                throw new ModelFormatException(file.path(), "__metadata__.mmfp4.group_size",
                    groupSize + ", as config.json says", stated);
            }
        }
    }
}
