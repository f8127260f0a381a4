package com.alphaheng.engine.parity;

import com.alphaheng.engine.Engine;
import com.alphaheng.engine.Session;
import com.alphaheng.engine.SessionOptions;
import com.alphaheng.engine.format.TensorFile;
import com.alphaheng.engine.format.TensorFileWriter;
import com.alphaheng.engine.graph.Timeline;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Reference results of a model on a few prompts, kept in a safetensors file: for prompt i `p{i}.tokens`,
/// `p{i}.argmax` (at every position), `p{i}.margin` (how far the largest logit is above the next; absent in the
/// published goldens), `p{i}.logits_last`, `p{i}.greedy96`.
public final class Goldens {

    private static final int GREEDY = 96;

    private Goldens() { }

    /// One prompt's results.
    ///
    /// @param tokens     the prompt
    /// @param argmax     per position the id with the largest logit
    /// @param margin     per position how far it is above the next, or null when not recorded
    /// @param logitsLast the logits at the last position
    /// @param greedy     the greedy continuation
    public record Prompt(int[] tokens, int[] argmax, float[] margin, float[] logitsLast, int[] greedy) { }

    public static List<Prompt> read(Path path) {
        try (TensorFile file = new TensorFile(path)) {
            List<Prompt> prompts = new ArrayList<>();
            for (int i = 0; file.names().contains("p" + i + ".tokens"); i++) {
                String prefix = "p" + i + ".";
                prompts.add(new Prompt(file.ints(prefix + "tokens"), file.ints(prefix + "argmax"),
                    file.names().contains(prefix + "margin") ? file.floats(prefix + "margin") : null,
                    file.floats(prefix + "logits_last"), file.ints(prefix + "greedy96")));
            }
            return prompts;
        }
    }

    /// Computes results for the prompts of another goldens file and writes them, with where they came from.
    public static void write(Engine engine, List<int[]> prompts, Path path) throws IOException {
        TensorFileWriter writer = new TensorFileWriter();
        writer.metadata("made_by", "./marlin goldens with back end " + engine.backend());
        writer.metadata("model", engine.directory().getFileName().toString());
        for (int i = 0; i < prompts.size(); i++) {
            Prompt prompt = compute(engine, prompts.get(i));
            String prefix = "p" + i + ".";
            writer.add(prefix + "tokens", prompt.tokens()).add(prefix + "argmax", prompt.argmax())
                .add(prefix + "margin", prompt.margin()).add(prefix + "logits_last", prompt.logitsLast())
                .add(prefix + "greedy96", prompt.greedy());
        }
        writer.write(path);
    }

    /// What `engine` finds for a prompt.
    public static Prompt compute(Engine engine, int[] tokens) {
        Prompt prompt = positions(engine, tokens);
        return new Prompt(tokens, prompt.argmax(), prompt.margin(), prompt.logitsLast(),
            greedy(engine, tokens, GREEDY));
    }

    /// The same without the continuation.
    static Prompt positions(Engine engine, int[] tokens) {
        int vocab = engine.config().vocabSize();
        int[] argmax = new int[tokens.length];
        float[] margin = new float[tokens.length];
        float[] last = new float[vocab];
        try (Timeline timeline = new Timeline(engine.device(), engine.weights(), engine.options().optimizations(),
            tokens.length, 64, 64)) {
            for (int start = 0; start < tokens.length; start += 64) {
                int[] part = Arrays.copyOfRange(tokens, start, Math.min(start + 64, tokens.length));
                timeline.append(part, part.length);
                float[] logits = new float[part.length * vocab];
                timeline.readLogits(logits);
                for (int row = 0; row < part.length; row++) {
                    argmax[start + row] = largest(logits, row * vocab, vocab, -1);
                    int second = largest(logits, row * vocab, vocab, argmax[start + row]);
                    margin[start + row] = logits[row * vocab + argmax[start + row]] - logits[row * vocab + second];
                }
                last = Arrays.copyOfRange(logits, logits.length - vocab, logits.length);
            }
        }
        return new Prompt(tokens, argmax, margin, last, new int[0]);
    }

    /// The greedy continuation of a prompt.
    public static int[] greedy(Engine engine, int[] tokens, int count) {
        int[] ids = new int[count];
        try (Session session = engine.newSession(SessionOptions.greedy().withContext(tokens.length + count + 16))) {
            session.sync(tokens);
            Arrays.setAll(ids, index -> session.next());
        }
        return ids;
    }

    /// The argmax after each step of decoding `forced` whatever the engine would choose itself: entry i is its
    /// choice in place of `forced[i]`, given those before. With `margin`, how far that choice is ahead of
    /// `forced[i]`.
    ///
    /// @return one choice per forced id
    static int[] forced(Engine engine, int[] tokens, int[] forced, float[] margin) {
        int vocab = engine.config().vocabSize();
        int[] choices = new int[forced.length];
        float[] logits = new float[vocab];
        try (Timeline timeline = new Timeline(engine.device(), engine.weights(), engine.options().optimizations(),
            tokens.length + forced.length, 64, 1)) {
            for (int start = 0; start < tokens.length; start += 64) {
                int[] part = Arrays.copyOfRange(tokens, start, Math.min(start + 64, tokens.length));
                timeline.append(part, 1);
            }
            for (int i = 0; i < forced.length; i++) {
                timeline.readLogits(logits);
                choices[i] = largest(logits, 0, vocab, -1);
                margin[i] = logits[choices[i]] - logits[forced[i]];
                timeline.putToken(forced[i]);
                if (i + 1 < forced.length) {
                    timeline.step();
                }
            }
        }
        return choices;
    }

    private static int largest(float[] logits, int offset, int count, int except) {
        int best = except == 0 ? 1 : 0;
        for (int i = 0; i < count; i++) {
            if (i != except && logits[offset + i] > logits[offset + best]) {
                best = i;
            }
        }
        return best;
    }
}
