package com.alphaheng.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.engine.backend.CacheFormat;
import com.alphaheng.engine.graph.Optimizations;
import com.alphaheng.engine.metal.SoftMetal;
import com.alphaheng.engine.metal.SoftMetalTest;
import com.alphaheng.engine.parity.Goldens;
import com.alphaheng.engine.parity.ParityCheck;
import com.alphaheng.engine.testing.ShippedModel;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The shipped MMFP4 model through Java, FFM, objc_msgSend and MSL on the soft Metal: the goldens, and every rung of
/// the ladder against the baseline.
@SoftMetalTest
@Tag("slow")
class MetalGoldensTest {

    private static final List<Goldens.Prompt> PROMPTS =
        Goldens.read(ShippedModel.directory().resolve("goldens.safetensors"));

    private static Engine open(Optimizations optimizations) {
        return Engine.open(ShippedModel.directory(),
            EngineOptions.defaults().withBackend("metal").withOptimizations(optimizations));
    }

    @Test
    void agreesWithTheRecordedReference() {
        ParityCheck check = new ParityCheck();
        Goldens.Prompt prompt = PROMPTS.getFirst();
        // Every access to memory is checked through prefill and a few steps; the long continuation runs without, in a
        // third of the time.
        try (Engine engine = open(Optimizations.standard())) {
            check.positions("prompt, memory checked", engine, prompt, prompt.tokens().length, 0.05f);
            assertThat(Goldens.greedy(engine, prompt.tokens(), 4)).isEqualTo(Arrays.copyOf(prompt.greedy(), 4));
        }
        SoftMetal.set("checks", 0);
        try (Engine engine = open(Optimizations.standard())) {
            check.goldens(engine, PROMPTS.subList(0, 1), 0.05f);
        } finally {
            SoftMetal.set("checks", 1);
        }
        assertThat(check.failed()).isEmpty();
        assertThat(check.passed()).isNotEmpty();
    }

    @Test
    void everyRungChoosesTheSameTokens() {
        int[] tokens = PROMPTS.getFirst().tokens();
        int[] baseline = greedy(Optimizations.baseline(), tokens);
        for (boolean fused : new boolean[] {false, true}) {
            for (boolean pooled : new boolean[] {false, true}) {
                assertThat(greedy(new Optimizations(true, fused, pooled, CacheFormat.F16, 0), tokens))
                    .as("no syncs, fused %s, pooled buffers %s", fused, pooled).isEqualTo(baseline);
            }
        }
        assertThat(greedy(new Optimizations(false, true, false, CacheFormat.F16, 0), tokens))
            .as("fused alone").isEqualTo(baseline);
        assertThat(greedy(Optimizations.standard().withDrafts(3), tokens)).as("with drafts").isEqualTo(baseline);
    }

    @Test
    void quantizedCachesChooseTheSameTokensFusedAndPlain() {
        int[] tokens = PROMPTS.getFirst().tokens();
        for (CacheFormat format : List.of(CacheFormat.INT8, CacheFormat.FP4)) {
            assertThat(greedy(Optimizations.standard().withCacheFormat(format), tokens)).as("%s", format)
                .isEqualTo(greedy(Optimizations.baseline().withCacheFormat(format), tokens));
        }
    }

    private static int[] greedy(Optimizations optimizations, int[] tokens) {
        // The kernels' memory was checked by the test above and by the parity tests; here the tokens count.
        SoftMetal.set("checks", 0);
        try (Engine engine = open(optimizations)) {
            return Goldens.greedy(engine, tokens, 16);
        } finally {
            SoftMetal.set("checks", 1);
        }
    }
}
