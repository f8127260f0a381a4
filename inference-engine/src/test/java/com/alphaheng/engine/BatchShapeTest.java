package com.alphaheng.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.alphaheng.engine.graph.Timeline;
import com.alphaheng.engine.parity.Goldens;
import com.alphaheng.engine.testing.ShippedModel;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the `cpu` back end computes must not depend on how tokens are cut into steps: not at all for up to four tokens
/// (drafts are verified so, and greedy output has to stay what it was), and by little for the pieces of a prompt.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BatchShapeTest {

    private static final List<Goldens.Prompt> PROMPTS =
        Goldens.read(ShippedModel.directory().resolve("goldens.safetensors"));

    /// Largest difference of a logit after the prompt, however it was cut.
    private static final float MOST = 0.05f;

    private Engine engine;

    @BeforeAll
    void open() {
        engine = Engine.open(ShippedModel.directory(), EngineOptions.defaults().withBackend("cpu"));
    }

    @AfterAll
    void close() {
        engine.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4})
    void upToFourTokensInAStepGiveTheBitsOfOneAtATime(int together) {
        assumeTrue(engine.device().description().startsWith("C kernels"), "the C kernels were not built here");
        int[] tokens = Arrays.copyOf(PROMPTS.getFirst().tokens(), 60);
        assertThat(everyLogit(tokens, together)).isEqualTo(everyLogit(tokens, 1));
    }

    @Test
    void greedyTextDoesNotDependOnHowThePromptIsCut() {
        for (Goldens.Prompt prompt : PROMPTS) {
            for (int step : new int[] {7, 64, 512}) {
                int[] found = new int[prompt.greedy().length];
                try (Session session = engine.newSession(new SessionOptions(512, step,
                        SessionOptions.greedy().sampling()))) {
                    session.sync(prompt.tokens());
                    float[] logits = session.logits();
                    for (int id = 0; id < logits.length; id++) {
                        assertThat(logits[id]).as("steps of %d, logit of id %d", step, id)
                            .isCloseTo(prompt.logitsLast()[id], org.assertj.core.api.Assertions.within(MOST));
                    }
                    Arrays.setAll(found, index -> session.next());
                }
                assertThat(found).as("steps of %d", step).isEqualTo(prompt.greedy());
            }
        }
    }

    private float[] everyLogit(int[] tokens, int step) {
        int vocab = engine.config().vocabSize();
        float[] all = new float[tokens.length * vocab];
        try (Timeline timeline = new Timeline(engine.device(), engine.weights(), engine.options().optimizations(),
            tokens.length, step, step)) {
            for (int start = 0; start < tokens.length; start += step) {
                float[] logits = new float[step * vocab];
                timeline.append(Arrays.copyOfRange(tokens, start, start + step), step);
                timeline.readLogits(logits);
                System.arraycopy(logits, 0, all, start * vocab, logits.length);
            }
        }
        return all;
    }
}
