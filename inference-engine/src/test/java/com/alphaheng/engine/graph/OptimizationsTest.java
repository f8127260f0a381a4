package com.alphaheng.engine.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alphaheng.engine.backend.CacheFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptimizationsTest {

    @ParameterizedTest
    @CsvSource({"none, baseline", "syncs, no-syncs", "fusion, fused", "kv, quantized-kv", "all, quantized-kv",
        "none+syncs, no-syncs", "syncs+fusion+pool, fused", "fused+kv, quantized-kv"})
    void namesOfRungs(String given, String rung) {
        assertThat(Optimizations.parse(given)).isEqualTo(Optimizations.parse(rung));
    }

    @Test
    void singleSwitches() {
        assertThat(Optimizations.parse("none+fusion"))
            .isEqualTo(new Optimizations(false, true, false, CacheFormat.F16, 0));
        assertThat(Optimizations.parse("none+kv"))
            .isEqualTo(new Optimizations(false, false, false, CacheFormat.INT8, 0));
        assertThatThrownBy(() -> Optimizations.parse("none+speed")).hasMessageContaining("unknown switch 'speed'");
        assertThatThrownBy(() -> Optimizations.parse("fast")).hasMessageContaining("unknown rung 'fast'");
        assertThatThrownBy(() -> Optimizations.parse("none+pool")).hasMessageContaining("noSyncs");
    }
}
