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
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/// Draws the ids that benchmarks run on: real text where the model has a tokenizer, since random ids spread over
/// experts, and spoil drafts, as no text does; and another text for each sample, so that an engine gains nothing by
/// knowing the text, or by remembering what it computed before. The same seed draws the same.
public final class BenchPrompts {

    private static final int DIGITS = 12;
    /// Ids at the end of a long prompt that are drawn anew; what comes before stays in the cache.
    private static final int NEW_END = 32;

    private final Text text;
    private final long seed;

    /// What is drawn from.
    @FunctionalInterface
    private interface Text {

        int[] draw(RandomGenerator random, int length);
    }

    /// @param seed of all samples
    public BenchPrompts(Engine engine, long seed) {
        this(textOf(engine), seed);
    }

    private BenchPrompts(Text text, long seed) {
        this.text = text;
        this.seed = seed;
    }

    public BenchPrompts withSeed(long other) {
        return new BenchPrompts(text, other);
    }

    /// `length` ids for one sample: a comment with a drawn number, which makes every state after it one that has never
    /// been, then a Java source file from a drawn line on, repeated as often as needed. For a model without a tokenizer
    /// a pattern from a drawn place on.
    public int[] draw(long sample, int length) {
        return text.draw(random(sample + ((long) length << Integer.SIZE)), length);
    }

    /// The same ids but for the last few, which are drawn for this sample.
    public int[] withNewEnd(int[] prompt, long sample) {
        int[] end = draw(sample, Math.min(NEW_END, prompt.length));
        int[] ids = prompt.clone();
        System.arraycopy(end, 0, ids, ids.length - end.length, end.length);
        return ids;
    }

    /// Neighbouring seeds must not share samples, as they would if both were simply added.
    private RandomGenerator random(long number) {
        return new SplittableRandom(new SplittableRandom(seed).nextLong() + number);
    }

    private static Text textOf(Engine engine) {
        if (!Files.exists(engine.directory().resolve("tokenizer.json"))) {
            int vocab = engine.config().vocabSize();
            return (random, length) -> {
                long first = random.nextInt(vocab);
                return IntStream.range(0, length).map(index -> (int) ((first + index * 7919L) % vocab)).toArray();
            };
        }
        try (Tokenizer tokenizer = Tokenizer.load(engine.directory())) {
            List<int[]> lines = source().lines().map(line -> ids(tokenizer, line + "\n")).toList();
            List<int[]> digits = IntStream.range(0, 10).mapToObj(digit -> ids(tokenizer, "" + digit)).toList();
            int[] comment = ids(tokenizer, "// ");
            int[] newline = ids(tokenizer, "\n");
            return (random, length) -> {
                IntStream number = random.ints(DIGITS, 0, 10).flatMap(digit -> Arrays.stream(digits.get(digit)));
                int line = random.nextInt(lines.size());
                IntStream source = IntStream.iterate(line, next -> (next + 1) % lines.size())
                    .flatMap(next -> Arrays.stream(lines.get(next)));
                return IntStream.concat(IntStream.concat(Arrays.stream(comment), number),
                    IntStream.concat(Arrays.stream(newline), source)).limit(length).toArray();
            };
        }
    }

    private static int[] ids(Tokenizer tokenizer, String text) {
        return tokenizer.encode(text, ControlTokens.AS_TEXT);
    }

    private static String source() {
        try (InputStream in = BenchPrompts.class.getResourceAsStream("prompt.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
