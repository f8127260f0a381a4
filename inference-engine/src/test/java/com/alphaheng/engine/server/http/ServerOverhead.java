package com.alphaheng.engine.server.http;

import com.alphaheng.engine.Session;
import com.alphaheng.engine.SessionOptions;
import com.alphaheng.engine.chat.Completion;
import com.alphaheng.engine.server.ServedModel;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;

/// What the server adds to a token: the same prompts by the engine itself (as `generate` does) and over HTTP, in turn,
/// in one warm process. A program, not a test:
///
///     ./mvnw -pl inference-engine package -Dtest=none -Dsurefire.failIfNoSpecifiedTests=false && cd inference-engine
///     java --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED \
///       -cp 'target/test-classes:target/classes:target/lib/*' com.alphaheng.engine.server.http.ServerOverhead
final class ServerOverhead {

    private static final int ROUNDS = 60;
    private static final int WARM_UP = 20;
    private static final int TOKENS = 32;

    private ServerOverhead() { }

    /// Seconds until the first text, and from there to the end.
    private record Times(double first, double rest) { }

    public static void main(String[] arguments) throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        try (ServedModel served = new ServedModel(ServedModel.USUAL, Optional.empty());
             Session session = served.engine().newSession(SessionOptions.greedy())) {
            for (int length : new int[] {16, 128}) {
                double[][] samples = new double[4][ROUNDS];
                for (int round = -WARM_UP; round < ROUNDS; round++) {
                    int[] prompt = random.ints(length, 0, 8000).toArray();
                    Times engine = engine(served, session, prompt);
                    Times http = http(served, prompt);
                    if (round >= 0) {
                        samples[0][round] = engine.first;
                        samples[1][round] = http.first;
                        samples[2][round] = engine.rest / (TOKENS - 1);
                        samples[3][round] = http.rest / (TOKENS - 1);
                    }
                }
                System.out.printf(Locale.ROOT, "prompt of %d tokens: first token %.2f ms by the engine, %.2f ms over"
                    + " HTTP; each further one %.2f and %.2f ms (medians of %d)%n", length, median(samples[0]),
                    median(samples[1]), median(samples[2]), median(samples[3]), ROUNDS);
            }
        }
    }

    private static Times engine(ServedModel served, Session session, int[] prompt) {
        long start = System.nanoTime();
        long[] first = new long[1];
        Completion.run(session, served.tokenizer(), prompt, new Completion.Limits(TOKENS, List.of(), true, false),
            piece -> first[0] = first[0] == 0 ? System.nanoTime() : first[0], () -> false);
        return new Times((first[0] - start) / 1e9, (System.nanoTime() - first[0]) / 1e9);
    }

    private static Times http(ServedModel served, int[] prompt) throws IOException {
        long start = System.nanoTime();
        try (InputStream stream = served.open("/v1/completions", "{\"prompt\": " + Arrays.toString(prompt)
            + ", \"temperature\": 0, \"ignore_eos\": true, \"stream\": true, \"max_tokens\": " + TOKENS + "}")) {
            stream.readNBytes("data: ".length());
            long first = System.nanoTime();
            stream.readAllBytes();
            return new Times((first - start) / 1e9, (System.nanoTime() - first) / 1e9);
        }
    }

    private static double median(double[] samples) {
        double[] sorted = samples.clone();
        Arrays.sort(sorted);
        return 1000 * (sorted[sorted.length / 2] + sorted[(sorted.length - 1) / 2]) / 2;
    }
}
