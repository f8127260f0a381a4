package com.alphaheng.engine.cli;

import com.alphaheng.engine.Engine;
import com.alphaheng.engine.EngineOptions;
import com.alphaheng.engine.Session;
import com.alphaheng.engine.SessionOptions;
import com.alphaheng.engine.backend.CacheFormat;
import com.alphaheng.engine.backend.Device;
import com.alphaheng.engine.backend.DeviceCounters;
import com.alphaheng.engine.backend.DeviceOptions;
import com.alphaheng.engine.cpu.reference.ReferenceBackend;
import com.alphaheng.engine.graph.LayerProbe;
import com.alphaheng.engine.graph.Optimizations;
import com.alphaheng.engine.graph.Timeline;
import com.alphaheng.engine.metal.GpuCheck;
import com.alphaheng.engine.metal.MetalBackend;
import com.alphaheng.engine.metal.MetalDevice;
import com.alphaheng.engine.metal.objc.MetalPlatform;
import com.alphaheng.engine.model.LayerWeights;
import com.alphaheng.engine.model.Weights;
import com.alphaheng.engine.parity.Goldens;
import com.alphaheng.engine.parity.ParityCheck;
import com.alphaheng.engine.sampling.Sampling;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// `./marlin doctor --metal`: what the first user with a Mac runs. Probes, compiles every kernel, compares with the
/// CPU, measures, and writes everything to one file that can be shared.
final class MetalDoctor {
    private static final int COLUMNS = 80;
    private static final int PROBE_TOKENS = 6;
    private static final int MEASURED_TOKENS = 32;
    /// Of the recorded prompt, and of its continuation, unless all is asked for.
    private static final int PART_OF_PROMPT = 24;
    private static final int PART_OF_GREEDY = 8;
    private static final double TOLERANCE = 1e-4;
    /// Largest difference of a logit, and twice it of near ties.
    private static final float LOGITS = 0.05f;

    private final StringWriter report = new StringWriter();
    private final PrintWriter screen;
    private final Path model;
    private final boolean thorough;
    private int failures;

    /// @param screen gets each line as it is known
    /// @param model  folder of the model that parity and speed are tried on
    /// @param thorough every recorded prompt whole, instead of a part of one
    MetalDoctor(PrintWriter screen, Path model, boolean thorough) {
        this.thorough = thorough;
        this.screen = screen;
        this.model = model;
    }

    /// Runs all checks that can run here and writes the report.
    ///
    /// @return whether all passed
    boolean run(Path file) throws IOException {
        line("marlin Metal report, %s, Java %s, %s %s", Instant.now(), Runtime.version(), System.getProperty("os.name"),
            System.getProperty("os.version"));
        String reason = MetalDevice.unavailableReason();
        if (!reason.isEmpty()) {
            failed("Metal is not available: %s", reason);
        } else {
            section("GPU", () -> GpuCheck.capabilities().forEach(text -> line("%s", text)));
            section("kernels", () -> GpuCheck.compileAll().forEach(text -> line("%s", text)));
            section("binding", () -> line("one message from Java: %.0f ns", GpuCheck.messageNanos()));
            section("bandwidth", () -> line("copy kernel: %.1f GB/s read and written",
                GpuCheck.copyGigabytesPerSecond()));
            section("parity with the scalar reference, layer by layer", this::layers);
            section("parity with the recorded tokens", this::goldens);
            section("sampling", this::sampling);
            section("decode", this::decode);
        }
        line("%s", failures == 0 ? "all checks passed" : failures + " checks failed");
        Files.writeString(file, report.toString());
        screen.println("report written to " + file.toAbsolutePath());
        screen.println("please send it with an issue: docs/metal.md says what else helps");
        screen.flush();
        return failures == 0;
    }

    /// One check's failure is a line of the report, and the next check runs.
    private void section(String title, Runnable check) {
        line("%n== %s", title);
        long start = System.nanoTime();
        try {
            check.run();
        } catch (RuntimeException failure) {
            failed("%s: %s", failure.getClass().getSimpleName(), failure.getMessage());
        }
        line("(%.1f s)", (System.nanoTime() - start) / 1e9);
    }

    private void layers() {
        try (Engine engine = engine(Optimizations.standard());
             Device reference = new ReferenceBackend().open(engine.weights(), DeviceOptions.defaults());
             LayerProbe expected = new LayerProbe(reference, engine.weights(), PROBE_TOKENS);
             LayerProbe found = new LayerProbe(engine.device(), engine.weights(), PROBE_TOKENS)) {
            Weights weights = engine.weights();
            int[] ids = new int[PROBE_TOKENS];
            Arrays.setAll(ids, index -> (index * 37 + 11) % weights.config().vocabSize());
            float[] residual = expected.embed(ids);
            compare("embedding", residual, found.embed(ids));
            for (LayerWeights layer : weights.layers()) {
                // Both start each layer from the reference's result, so that the first wrong layer is named.
                float[] next = expected.run(layer, residual.clone(), (operation, nanos) -> { });
                compare("layer " + layer.index(), next, found.run(layer, residual.clone(), (operation, nanos) -> { }));
                residual = next;
            }
        }
    }

    private void compare(String what, float[] expected, float[] found) {
        double error = 0;
        double size = 0;
        for (int i = 0; i < expected.length; i++) {
            error += Math.pow((double) expected[i] - found[i], 2);
            size += (double) expected[i] * expected[i];
        }
        double relative = Math.sqrt(error / size);
        if (relative <= TOLERANCE) {
            line("ok: %s, relative error %.1e", what, relative);
        } else {
            failed("%s: relative error %.1e, at most %.1e", what, relative, TOLERANCE);
        }
    }

    private void goldens() {
        List<Goldens.Prompt> prompts = Goldens.read(model.resolve("goldens.safetensors"));
        int[] whole = prompts.getFirst().tokens();
        int[] tokens = thorough ? whole : Arrays.copyOf(whole, Math.min(whole.length, PART_OF_PROMPT));
        int count = thorough ? 2 * PART_OF_GREEDY : PART_OF_GREEDY;
        for (CacheFormat format : CacheFormat.values()) {
            Optimizations fused = Optimizations.standard().withCacheFormat(format);
            try (Engine engine = engine(fused);
                 Engine baseline = engine(Optimizations.baseline().withCacheFormat(format))) {
                ParityCheck check = new ParityCheck();
                if (format == CacheFormat.F16 && thorough) {
                    check.goldens(engine, prompts, LOGITS);
                } else if (format == CacheFormat.F16) {
                    check.positions("recorded prompt", engine, prompts.getFirst(), tokens.length, LOGITS);
                }
                check.continuation("all rungs, KV " + format, engine, tokens, Goldens.greedy(baseline, tokens, count),
                    Goldens.greedy(engine, tokens, count), LOGITS);
                check.passed().forEach(text -> line("ok: %s", text));
                check.failed().forEach(text -> failed("%s", text));
            }
        }
    }

    /// The same seed chooses the same ids on the GPU as on the host.
    private void sampling() {
        Sampling sampling = new Sampling(0.8f, 50, 0.95f, 0, 1.1f, 0, 0, Map.of(), 7);
        SessionOptions options = SessionOptions.greedy().withContext(64).withSampling(sampling);
        int[] onGpu = new int[PART_OF_GREEDY];
        int[] onHost = new int[PART_OF_GREEDY];
        // The baseline hands the logits to the host, which chooses there.
        try (Engine fused = engine(Optimizations.standard()); Engine baseline = engine(Optimizations.baseline());
             Session gpu = fused.newSession(options); Session host = baseline.newSession(options)) {
            gpu.sync(new int[] {1, 2, 3, 4});
            host.sync(new int[] {1, 2, 3, 4});
            Arrays.setAll(onGpu, index -> gpu.next());
            Arrays.setAll(onHost, index -> host.next());
        }
        if (Arrays.equals(onGpu, onHost)) {
            line("ok: %d sampled ids are the host's", PART_OF_GREEDY);
        } else {
            failed("sampled ids differ: GPU %s, host %s", Arrays.toString(onGpu), Arrays.toString(onHost));
        }
    }

    private void decode() {
        line("%-9s %8s %8s %10s %8s %8s %8s %6s", "rung", "tok/s", "GPU ms", "encode ms", "buffers", "kernels",
            "bytes", "waits");
        for (String name : List.of("none", "syncs", "fusion", "kv")) {
            Optimizations rung = Optimizations.parse(name);
            try (Engine engine = engine(rung);
                 Timeline timeline = new Timeline(engine.device(), engine.weights(), rung, 256, 8, 1)) {
                timeline.append(new int[] {1, 2, 3, 4}, 1);
                timeline.choose();
                int tokens = MetalPlatform.isSystemMetal() ? MEASURED_TOKENS : PART_OF_GREEDY;
                steps(timeline, tokens);
                DeviceCounters before = engine.device().counters();
                long start = System.nanoTime();
                steps(timeline, tokens);
                double seconds = (System.nanoTime() - start) / 1e9;
                DeviceCounters done = engine.device().counters().minus(before);
                line("%-9s %8.1f %8.2f %10.3f %8.1f %8.1f %8d %6.2f", name, tokens / seconds,
                    done.gpuNanos() / 1e6 / tokens, done.encodeNanos() / 1e6 / tokens,
                    (double) done.submissions() / tokens, (double) done.dispatches() / tokens,
                    done.bytesAllocated() / tokens, (double) done.hostWaits() / tokens);
            }
        }
    }

    private static void steps(Timeline timeline, int tokens) {
        for (int i = 0; i < tokens; i++) {
            timeline.stepAndChoose();
        }
        timeline.await();
    }

    private Engine engine(Optimizations optimizations) {
        return Engine.open(model, EngineOptions.defaults().withBackend(new MetalBackend().name())
            .withOptimizations(optimizations));
    }

    private void failed(String format, Object... values) {
        failures++;
        line("FAILED: " + format, values);
    }

    private void line(String format, Object... values) {
        for (String text : wrapped(String.format(Locale.ROOT, format, values))) {
            report.append(text).append(System.lineSeparator());
            screen.println(text);
        }
        screen.flush();
    }

    /// In lines of at most 80 columns, for a terminal or a message; a word longer than that stays whole.
    private static List<String> wrapped(String text) {
        List<String> lines = new ArrayList<>();
        for (String line : text.split("\\R", -1)) {
            String rest = line;
            while (rest.length() > COLUMNS && rest.lastIndexOf(' ', COLUMNS) > 2) {
                int end = rest.lastIndexOf(' ', COLUMNS);
                lines.add(rest.substring(0, end));
                rest = "  " + rest.substring(end + 1);
            }
            lines.add(rest);
        }
        return lines;
    }
}
