package com.alphaheng.engine.format;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A JSON configuration file whose values are fetched with checks; every error names file, key, expected and found.
final class ConfigJson {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long MAX_BYTES = 16 << 20;

    private final Path path;
    private final String prefix;
    private final JsonNode root;

    private ConfigJson(Path path, String prefix, JsonNode root) {
        this.path = path;
        this.prefix = prefix;
        this.root = root;
    }

    static ConfigJson read(Path path) {
        try {
            if (!Files.isRegularFile(path)) {
                throw missing(path);
            }
            if (Files.size(path) > MAX_BYTES) {
                throw new ModelFormatException(path, "size", "at most " + MAX_BYTES + " bytes",
                    Files.size(path) + " bytes");
            }
            JsonNode root = JSON.readTree(path.toFile());
            if (!root.isObject()) {
                throw new ModelFormatException(path, "content", "a JSON object", "a JSON " + root.getNodeType());
            }
            return new ConfigJson(path, "", root);
        } catch (JsonProcessingException e) {
            throw ModelFormatException.invalidJson(path, e);
        } catch (IOException e) {
            throw new ModelFormatException(path, "cannot be read: " + e, e);
        }
    }

    private static ModelFormatException missing(Path path) {
        Path folder = path.toAbsolutePath().getParent();
        if (Files.isDirectory(folder)) {
            return new ModelFormatException(path, "no such file: a folder with a model in safetensors needs it (GGUF"
                + " cannot be read)");
        }
        return new ModelFormatException(path.getParent(), Files.exists(folder) ? "is a file: name the folder with"
            + " config.json, tokenizer.json and the weights in safetensors (GGUF cannot be read)"
            : "there is no such folder: name one that holds a model");
    }

    Path path() {
        return path;
    }

    JsonNode get(String key) {
        return root.path(key);
    }

    boolean has(String key) {
        return !root.path(key).isMissingNode() && !root.path(key).isNull();
    }

    /// The object under `key`, empty when absent.
    ConfigJson object(String key) {
        JsonNode node = root.path(key);
        if (has(key) && !node.isObject()) {
            throw invalid(key, "an object");
        }
        return new ConfigJson(path, prefix + key + ".", node.isObject() ? node : JSON.createObjectNode());
    }

    /// An integer of at least `least`, required.
    int integer(String key, int least) {
        JsonNode node = root.path(key);
        if (!node.isIntegralNumber() || !node.canConvertToInt() || node.intValue() < least) {
            throw invalid(key, "an integer of at least " + least);
        }
        return node.intValue();
    }

    int integer(String key, int least, int otherwise) {
        return has(key) ? integer(key, least) : otherwise;
    }

    double number(String key, double otherwise) {
        JsonNode node = root.path(key);
        if (!has(key)) {
            return otherwise;
        }
        if (!node.isNumber() || !Double.isFinite(node.doubleValue()) || node.doubleValue() <= 0) {
            throw invalid(key, "a positive number");
        }
        return node.doubleValue();
    }

    boolean flag(String key, boolean otherwise) {
        JsonNode node = root.path(key);
        if (!has(key)) {
            return otherwise;
        }
        if (!node.isBoolean()) {
            throw invalid(key, "true or false");
        }
        return node.booleanValue();
    }

    /// Fails unless the text under `key` is absent or `only`, the one value that this engine implements.
    void require(String key, String only) {
        if (has(key) && !root.path(key).asText().equals(only)) {
            throw invalid(key, "\"" + only + "\", the only one supported");
        }
    }

    ModelFormatException invalid(String key, String expected) {
        JsonNode node = root.path(key);
        String text = node.isMissingNode() ? "nothing" : node.toString();
        return new ModelFormatException(path, prefix + key, expected,
            text.length() > 80 ? text.substring(0, 80) + "..." : text);
    }
}
