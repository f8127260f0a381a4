package com.alphaheng.engine.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alphaheng.engine.Engine;
import com.alphaheng.engine.EngineOptions;
import com.alphaheng.engine.Session;
import com.alphaheng.engine.SessionOptions;
import com.alphaheng.engine.testing.ShippedModel;
import com.alphaheng.engine.tokenizer.ControlTokens;
import com.alphaheng.engine.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PromptCacheTest {

    private static final Path MODEL = ShippedModel.directory();
    private static final String TEXT = "package a;\n\npublic class Queue {\n    public boolean isEmpty() {\n";

    private static Engine engine;
    private static int[] prompt;

    @TempDir
    private Path folder;

    @BeforeAll
    static void open() {
        engine = Engine.open(MODEL, EngineOptions.defaults());
        try (Tokenizer tokenizer = Tokenizer.load(MODEL)) {
            prompt = tokenizer.encode(TEXT, ControlTokens.PARSE);
        }
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    private static Session session() {
        return engine.newSession(SessionOptions.greedy().withContext(256));
    }

    private static int[] next(Session session, int count) {
        return IntStream.range(0, count).map(i -> session.next()).toArray();
    }

    @Test
    void aRestoredSessionGoesOnAsTheSavedOneWould() throws IOException {
        Path file = folder.resolve("cache");
        PromptCache cache = new PromptCache(engine);
        int[] expected;
        try (Session session = session()) {
            assertThat(session.sync(prompt)).isEqualTo(prompt.length);
            expected = next(session, 24);
            int[] longer = Arrays.copyOf(session.ids(), prompt.length + 8);
            session.sync(longer);
            assertThat(cache.save(session, file)).isEqualTo(longer.length);
        }
        try (Session session = session()) {
            assertThat(cache.restore(session, file)).isEqualTo(prompt.length + 8);
            assertThatThrownBy(session::next).isInstanceOf(IllegalStateException.class);
            assertThat(session.sync(prompt)).as("only the last id").isEqualTo(1);
            assertThat(next(session, 24)).isEqualTo(expected);
        }
        try (Session session = session()) {
            cache.restore(session, file);
            int[] other = prompt.clone();
            other[5]++;
            assertThat(session.sync(other)).as("from where they differ").isEqualTo(prompt.length - 5);
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).as("no partial file is left").containsExactly(file);
        }
    }

    @Test
    void whatDoesNotFitIsRefusedWithTheReason() throws IOException {
        Path file = folder.resolve("cache");
        PromptCache cache = new PromptCache(engine);
        try (Session session = session()) {
            session.sync(prompt);
            cache.save(session, file);
            byte[] good = Files.readAllBytes(file);
            refused(cache, session, file, "no cache".getBytes(), "is no prompt cache");
            refused(cache, session, file, changed(good, 8, 9), "has format version 9, this program has 1");
            refused(cache, session, file, changed(good, 40, 1), "belongs to another model than " + MODEL);
            refused(cache, session, file, changed(good, 16, 0), "was written with another KV format than F16");
            refused(cache, session, file, Arrays.copyOf(good, good.length - 3), "is damaged: ");
            refused(cache, session, file, changed(good, good.length - 100, good[good.length - 100] + 1),
                "is damaged: its checksum does not match");
            Files.write(file, good);
            assertThat(cache.restore(session, file)).isEqualTo(prompt.length);
        }
        try (Session narrow = engine.newSession(SessionOptions.greedy().withContext(8))) {
            assertThatThrownBy(() -> cache.restore(narrow, file)).isInstanceOf(PromptCacheException.class)
                .hasMessageContaining("more than the context of 8, which --context N would change");
        }
    }

    private static byte[] changed(byte[] bytes, int at, int value) {
        byte[] copy = bytes.clone();
        copy[at] = (byte) value;
        return copy;
    }

    private static void refused(PromptCache cache, Session session, Path file, byte[] content, String reason)
        throws IOException {
        Files.write(file, content);
        assertThatThrownBy(() -> cache.restore(session, file)).isInstanceOf(PromptCacheException.class)
            .hasMessageStartingWith(file + ": ").hasMessageContaining(reason)
            .hasMessageEndingWith("Delete the file; it is written anew");
    }

    @Test
    void theFingerprintTellsModelsApart() throws IOException {
        try (Stream<Path> files = Files.list(MODEL)) {
            for (Path file : files.filter(path -> path.toString().matches(".*(g.json|l.safetensors)")).toList()) {
                Files.copy(file, folder.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        byte[] before = ModelFingerprint.of(folder);
        assertThat(ModelFingerprint.of(folder)).isEqualTo(before);
        Files.writeString(folder.resolve("config.json"), Files.readString(folder.resolve("config.json")) + " ");
        assertThat(ModelFingerprint.of(folder)).isNotEqualTo(before);
    }
}
