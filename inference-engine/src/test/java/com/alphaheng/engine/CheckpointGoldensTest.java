package com.alphaheng.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.engine.format.TensorFile;
import com.alphaheng.engine.graph.Optimizations;
import com.alphaheng.engine.graph.Timeline;
import com.alphaheng.engine.backend.CacheFormat;
import com.alphaheng.engine.testing.SharedModel;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The bf16 checkpoint against the results of Hugging Face transformers (see the model's README for their
/// provenance).
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CheckpointGoldensTest {

    private static final float TOLERANCE = 2e-3f;

    private Engine engine;
    private TensorFile goldens;

    String backend() {
        return "reference";
    }

    @BeforeAll
    void open() {
        Path model = SharedModel.require();
        engine = Engine.open(model, EngineOptions.defaults().withBackend(backend())
            .withOptimizations(Optimizations.standard().withCacheFormat(CacheFormat.F32)));
        goldens = new TensorFile(model.resolve("goldens.safetensors"));
    }

    @AfterAll
    void close() {
        if (engine != null) {
            goldens.close();
            engine.close();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void argmaxAgreesEverywhereAndTheLastLogitsClosely(int prompt) {
        int[] tokens = goldens.ints("p" + prompt + ".tokens");
        int[] argmax = goldens.ints("p" + prompt + ".argmax");
        int vocab = engine.config().vocabSize();
        float[] logits = new float[tokens.length * vocab];
        try (Timeline timeline = new Timeline(engine.device(), engine.weights(), engine.options().optimizations(),
            tokens.length, tokens.length, tokens.length)) {
            timeline.append(tokens, tokens.length);
            timeline.readLogits(logits);
        }
        for (int position = 0; position < tokens.length; position++) {
            float[] row = Arrays.copyOfRange(logits, position * vocab, (position + 1) * vocab);
            assertThat(largest(row)).as("argmax at position %d", position).isEqualTo(argmax[position]);
        }
        float[] last = Arrays.copyOfRange(logits, logits.length - vocab, logits.length);
        float[] expected = goldens.floats("p" + prompt + ".logits_last");
        for (int id = 0; id < vocab; id++) {
            assertThat(Math.abs(last[id] - expected[id])).as("logit of id %d", id).isLessThan(TOLERANCE);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void greedyContinuationAgreesTokenForToken(int prompt) {
        int[] expected = goldens.ints("p" + prompt + ".greedy96");
        int[] found = new int[expected.length];
        try (Session session = engine.newSession(SessionOptions.greedy().withContext(512))) {
            session.sync(goldens.ints("p" + prompt + ".tokens"));
            Arrays.setAll(found, index -> session.next());
        }
        assertThat(found).isEqualTo(expected);
    }

    private static int largest(float[] row) {
        int best = 0;
        for (int i = 1; i < row.length; i++) {
            best = row[i] > row[best] ? i : best;
        }
        return best;
    }
}
