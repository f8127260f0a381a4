package com.alphaheng.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.engine.backend.Availability;
import com.alphaheng.engine.backend.Backend;
import com.alphaheng.engine.backend.Backends;
import com.alphaheng.engine.graph.Optimizations;
import com.alphaheng.engine.parity.Goldens;
import com.alphaheng.engine.parity.ParityCheck;
import com.alphaheng.engine.testing.ShippedModel;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The shipped MMFP4 model on every back end that runs here, against what the scalar reference recorded, and every
/// rung of the ladder against the baseline.
class ShippedModelTest {

    private static final List<Goldens.Prompt> PROMPTS =
        Goldens.read(ShippedModel.directory().resolve("goldens.safetensors"));

    static Stream<String> availableBackends() {
        return Backends.all().stream().filter(backend -> backend.probe() instanceof Availability.Available)
            .map(Backend::name);
    }

    @ParameterizedTest
    @MethodSource("availableBackends")
    void agreesWithTheRecordedReference(String backend) {
        ParityCheck check = new ParityCheck();
        try (Engine engine = open(backend, Optimizations.standard())) {
            check.goldens(engine, PROMPTS, 0.05f);
        }
        assertThat(check.failed()).isEmpty();
        assertThat(check.passed()).hasSize(3 * PROMPTS.size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"no-syncs", "fused", "quantized-kv"})
    void rungsContinueLikeTheBaseline(String rung) {
        Optimizations optimizations = Optimizations.parse(rung);
        int[] tokens = PROMPTS.getFirst().tokens();
        ParityCheck check = new ParityCheck();
        try (Engine engine = open("auto", optimizations);
             Engine baseline = open("auto", Optimizations.baseline().withCacheFormat(optimizations.cacheFormat()))) {
            check.continuation(rung, engine, tokens, Goldens.greedy(baseline, tokens, 48),
                Goldens.greedy(engine, tokens, 48), 0.05f);
        }
        assertThat(check.failed()).isEmpty();
    }

    private static Engine open(String backend, Optimizations optimizations) {
        return Engine.open(ShippedModel.directory(),
            EngineOptions.defaults().withBackend(backend).withOptimizations(optimizations));
    }
}
