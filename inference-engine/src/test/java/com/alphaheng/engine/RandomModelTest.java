package com.alphaheng.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.engine.backend.Availability;
import com.alphaheng.engine.backend.Backend;
import com.alphaheng.engine.backend.Backends;
import com.alphaheng.engine.backend.CacheFormat;
import com.alphaheng.engine.graph.Optimizations;
import com.alphaheng.engine.graph.Timeline;
import com.alphaheng.engine.quantize.QuantizeOptions;
import com.alphaheng.engine.quantize.Quantizer;
import com.alphaheng.engine.testing.NaiveForward;
import com.alphaheng.engine.testing.RandomModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Random small models: the scalar reference computes what the architecture's definition says, in every form a
/// folder can have, and every back end computes what the reference does.
class RandomModelTest {

    @TempDir
    private Path folder;

    static IntStream seeds() {
        return IntStream.range(0, 24);
    }

    static IntStream fewSeeds() {
        return IntStream.range(100, 104);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void theReferenceFollowsTheDefinition(int seed) throws IOException {
        RandomModel model = new RandomModel(seed, 1);
        model.write(folder);
        int[] prompt = model.prompt(11);
        double[][] expected = new NaiveForward(model).logits(prompt);
        for (boolean fused : new boolean[] {true, false}) {
            float[] found = logits("reference", folder, rung(fused, CacheFormat.F32), prompt, 4);
            for (int i = 0; i < found.length; i++) {
                assertThat((double) found[i]).as("fused %s, logit %d of %s", fused, i, model)
                    .isCloseTo(expected[i / model.vocab][i % model.vocab],
                        org.assertj.core.data.Offset.offset(2e-4));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("fewSeeds")
    void everyBackEndAgreesWithTheReference(int seed) throws IOException {
        RandomModel model = new RandomModel(seed, 32);
        Path source = folder.resolve("source");
        Path quantized = folder.resolve("quantized");
        model.write(source);
        Quantizer.run(source, quantized, QuantizeOptions.roundToNearest(32), (stage, done, total) -> { });
        int[] prompt = model.prompt(13);
        for (Path directory : List.of(source, quantized)) {
            for (CacheFormat format : CacheFormat.values()) {
                float[] expected = logits("reference", directory, rung(true, format), prompt, 13);
                for (String backend : others()) {
                    for (int step : new int[] {13, 5, 1}) {
                        agree(model + " " + backend + " " + format + " " + step, expected,
                            logits(backend, directory, rung(true, format), prompt, step));
                    }
                    agree(model + " plain " + backend + " " + format, expected,
                        logits(backend, directory, rung(false, format), prompt, 13));
                }
            }
        }
    }

    private static List<String> others() {
        return Backends.all().stream().filter(backend -> backend.probe() instanceof Availability.Available)
            .map(Backend::name).filter(name -> !name.equals("reference")).toList();
    }

    private static Optimizations rung(boolean fused, CacheFormat format) {
        return new Optimizations(true, fused, fused, format, 0);
    }

    /// A token on the edge between two experts may go to the other one, so single positions may differ; most must
    /// not.
    private static void agree(String what, float[] expected, float[] found) {
        double worst = 0;
        double sum = 0;
        for (int i = 0; i < expected.length; i++) {
            double difference = Math.abs(expected[i] - found[i]);
            worst = Math.max(worst, difference);
            sum += difference;
        }
        assertThat(sum / expected.length).as("mean difference, %s", what).isLessThan(0.02);
        assertThat(worst).as("largest difference, %s", what).isLessThan(1.0);
    }

    /// All logits of a prompt that is computed in steps of `step` tokens.
    private static float[] logits(String backend, Path directory, Optimizations rung, int[] prompt, int step) {
        EngineOptions options = EngineOptions.defaults().withBackend(backend).withOptimizations(rung);
        try (Engine engine = Engine.open(directory, options);
             Timeline timeline = new Timeline(engine.device(), engine.weights(), rung, prompt.length, step, step)) {
            int vocab = engine.config().vocabSize();
            float[] all = new float[prompt.length * vocab];
            for (int start = 0; start < prompt.length; start += step) {
                int[] part = Arrays.copyOfRange(prompt, start, Math.min(start + step, prompt.length));
                timeline.append(part, part.length);
                float[] logits = new float[part.length * vocab];
                timeline.readLogits(logits);
                System.arraycopy(logits, 0, all, start * vocab, logits.length);
            }
            return all;
        }
    }
}
