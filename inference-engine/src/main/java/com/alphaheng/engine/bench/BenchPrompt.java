package com.alphaheng.engine.bench;

import com.alphaheng.engine.Engine;
import com.alphaheng.engine.tokenizer.ControlTokens;
import com.alphaheng.engine.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;

/// The ids that benchmarks run on: real text where the model has a tokenizer, since random ids spread over experts,
/// and spoil drafts, as no text does.
public final class BenchPrompt {

    private BenchPrompt() { }

    /// `length` ids: a Java source file, repeated as often as needed; for a model without a tokenizer a fixed
    /// pattern.
    public static int[] of(Engine engine, int length) {
        int[] ids = new int[length];
        if (Files.exists(engine.directory().resolve("tokenizer.json"))) {
            try (Tokenizer tokenizer = Tokenizer.load(engine.directory())) {
                int[] text = tokenizer.encode(text(), ControlTokens.AS_TEXT);
                Arrays.setAll(ids, index -> text[index % text.length]);
            }
        } else {
            int vocab = engine.config().vocabSize();
            Arrays.setAll(ids, index -> (int) ((1000 + index * 7919L) % vocab));
        }
        return ids;
    }

    private static String text() {
        try (InputStream in = BenchPrompt.class.getResourceAsStream("prompt.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
