package com.alphaheng.engine.cpu.streaming;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alphaheng.engine.Engine;
import com.alphaheng.engine.EngineOptions;
import com.alphaheng.engine.backend.DeviceException;
import com.alphaheng.engine.backend.DeviceOptions;
import com.alphaheng.engine.backend.ExpertCacheUse;
import com.alphaheng.engine.graph.Optimizations;
import com.alphaheng.engine.parity.Goldens;
import com.alphaheng.engine.testing.ShippedModel;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.jupiter.api.Test;

/// A model within a budget smaller than itself: same tokens, and never more experts resident than the budget holds.
class ExpertStreamingTest {

    private static final long TIGHT = 17_000_000;

    @ParameterizedTest
    @ValueSource(strings = {"baseline", "fused"})
    void sameTokensWithinTheBudget(String rung) {
        int[] prompt = Goldens.read(ShippedModel.directory().resolve("goldens.safetensors")).getFirst().tokens();
        int[] expected;
        try (Engine engine = open(0, rung)) {
            expected = Goldens.greedy(engine, prompt, 24);
            assertThat(engine.device().expertCache()).isEmpty();
        }
        try (Engine engine = open(TIGHT, rung)) {
            assertThat(Goldens.greedy(engine, prompt, 24)).isEqualTo(expected);
            ExpertCacheUse use = engine.device().expertCache().orElseThrow();
            assertThat(use.hits()).isPositive();
            assertThat(use.misses()).isPositive();
            assertThat(use.residentBytes()).isPositive().isLessThanOrEqualTo(use.capacityBytes());
        }
    }

    @Test
    void saysWhatTheLeastBudgetHolds() {
        assertThatThrownBy(() -> open(1_000_000, "fused")).isInstanceOf(DeviceException.class)
            .hasMessageContainingAll("--memory 1000000", "attention, embedding and head take");
    }

    private static Engine open(long budget, String rung) {
        return Engine.open(ShippedModel.directory(), new EngineOptions("cpu", new DeviceOptions(0, budget),
            Optimizations.parse(rung), EngineOptions.DEFAULT_END_CHECK_INTERVAL));
    }
}
