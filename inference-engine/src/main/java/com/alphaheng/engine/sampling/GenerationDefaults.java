package com.alphaheng.engine.sampling;

import com.alphaheng.engine.format.ModelFormatException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What a checkpoint recommends for sampling (`generation_config.json`); greedy when it says nothing.
///
/// @param temperature 0 for greedy
/// @param topK        0 for all
/// @param topP        1 for all
public record GenerationDefaults(float temperature, int topK, float topP) {

    /// @throws ModelFormatException when the file is not valid or holds a value out of range
    public static GenerationDefaults read(Path directory) {
        Path file = directory.resolve("generation_config.json");
        if (!Files.exists(file)) {
            return new GenerationDefaults(0, 0, 1);
        }
        JsonNode json;
        try {
            json = new ObjectMapper().readTree(file.toFile());
        } catch (JsonProcessingException e) {
            throw ModelFormatException.invalidJson(file, e);
        } catch (IOException e) {
            throw new ModelFormatException(file, "cannot be read: " + e, e);
        }
        // As in Hugging Face's generate: without do_sample the choice is greedy, whatever else is set.
        if (!json.path("do_sample").asBoolean()) {
            return new GenerationDefaults(0, 0, 1);
        }
        double temperature = number(json, "temperature", 1, file);
        double topP = number(json, "top_p", 1, file);
        double topK = number(json, "top_k", 0, file);
        if (temperature < 0 || topP <= 0 || topP > 1 || topK < 0) {
            throw new ModelFormatException(file, "sampling", "temperature and top_k of at least 0, top_p in (0, 1]",
                "temperature " + temperature + ", top_k " + topK + ", top_p " + topP);
        }
        return new GenerationDefaults((float) temperature, (int) topK, (float) topP);
    }

    private static double number(JsonNode json, String key, double otherwise, Path file) {
        JsonNode value = json.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return otherwise;
        }
        if (!value.isNumber()) {
            throw new ModelFormatException(file, key, "a number", value.toString());
        }
        return value.doubleValue();
    }
}
