import com.alphaheng.engine.Engine;
import com.alphaheng.engine.EngineOptions;
import com.alphaheng.engine.Session;
import com.alphaheng.engine.SessionOptions;
import com.alphaheng.engine.backend.DeviceOptions;
import com.alphaheng.engine.backend.Precision;
import com.alphaheng.engine.graph.Optimizations;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/// Runs a model the way the peer's bench.mjs does, and prints the same lines: load, then per round prompt and decode.
/// Arguments: model folder, tokens to decode, prompt tokens, threads, rounds, precision.
public final class MarlinRun {

    private MarlinRun() { }

    public static void main(String[] arguments) {
        int tokens = Integer.parseInt(arguments[1]);
        int[] prompt = new int[Integer.parseInt(arguments[2])];
        // The ids of bench.mjs.
        Arrays.setAll(prompt, i -> 1000 + (int) (i * 7919L % 100_000));
        DeviceOptions device = new DeviceOptions(Integer.parseInt(arguments[3]), 0,
            Precision.valueOf(arguments[5].toUpperCase(Locale.ROOT)));
        long start = System.nanoTime();
        try (Engine engine = Engine.open(Path.of(arguments[0]),
                new EngineOptions("cpu", device, Optimizations.standard(),
                    EngineOptions.DEFAULT_END_CHECK_INTERVAL))) {
            System.out.printf(Locale.ROOT, "load ms %.0f%n", (System.nanoTime() - start) / 1e6);
            for (int round = Integer.parseInt(arguments[4]); round > 0; round--) {
                try (Session session = engine.newSession(SessionOptions.greedy().withContext(4096))) {
                    run(session, prompt, tokens);
                }
            }
        }
    }

    private static void run(Session session, int[] prompt, int tokens) {
        long start = System.nanoTime();
        session.sync(prompt);
        session.next();
        long first = System.nanoTime();
        for (int i = 1; i < tokens; i++) {
            session.next();
        }
        double decode = (System.nanoTime() - first) / 1e9;
        System.out.printf(Locale.ROOT, "prompt %d tok: %.1f tok/s; decode %d tok: %.2f tok/s, %.3f ms/tok%n",
            prompt.length, prompt.length / ((first - start) / 1e9), tokens - 1, (tokens - 1) / decode,
            decode * 1e3 / (tokens - 1));
    }
}
