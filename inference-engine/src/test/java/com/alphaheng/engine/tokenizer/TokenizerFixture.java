package com.alphaheng.engine.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Path;

/// The small tokenizer of the test resources.
final class TokenizerFixture {

    private static final ObjectMapper JSON = new ObjectMapper();

    private TokenizerFixture() { }

    static Path folder() {
        try {
            return Path.of(TokenizerFixture.class.getResource("tokenizer.json").toURI()).getParent();
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /// The cases of encodings.json.
    static JsonNode encodings() {
        try (InputStream stream = TokenizerFixture.class.getResourceAsStream("encodings.json")) {
            return JSON.readTree(stream).get("cases");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static int[] ints(JsonNode list) {
        int[] out = new int[list.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = list.get(i).intValue();
        }
        return out;
    }
}
