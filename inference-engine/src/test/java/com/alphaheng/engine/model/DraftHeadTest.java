package com.alphaheng.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.engine.Engine;
import com.alphaheng.engine.EngineOptions;
import com.alphaheng.engine.graph.Optimizations;
import com.alphaheng.engine.testing.RandomModel;
import java.io.IOException;
import java.nio.file.Path;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DraftHeadTest {

    @TempDir
    private Path folder;

    @BeforeEach
    void write() throws IOException {
        new RandomModel(7, 32, true).write(folder);
    }

    private Engine open(String backend, int drafts) {
        return Engine.open(folder, EngineOptions.defaults().withBackend(backend)
            .withOptimizations(Optimizations.standard().withDrafts(drafts)));
    }

    @Test
    void theDraftsHeadIsTheModelsRoundedToFourBits() {
        try (Engine with = open("cpu", 1); Engine without = open("cpu", 0)) {
            Matrix light = with.weights().mtp().orElseThrow().head();
            Matrix exact = without.weights().mtp().orElseThrow().head();
            assertThat(light.quantized()).isTrue();
            assertThat(exact.quantized()).isFalse();
            float[] found = new float[exact.cols()];
            float[] expected = new float[exact.cols()];
            for (int row = 0; row < exact.rows(); row++) {
                MatrixRows.read(light, row, found, 0);
                MatrixRows.read(exact, row, expected, 0);
                for (int group = 0; group < expected.length; group += 32) {
                    float largest = 0;
                    for (int i = group; i < group + 32; i++) {
                        largest = Math.max(largest, Math.abs(expected[i]));
                    }
                    // The widest gap between two codes is 2 (4 to 6), of a scale of a sixth of the largest.
                    for (int i = group; i < group + 32; i++) {
                        assertThat(found[i]).as("row %d, column %d", row, i)
                            .isCloseTo(expected[i], Offset.offset(largest / 6 * 1.01f));
                    }
                }
            }
        }
    }

    @Test
    void theModelsOwnHeadStaysAsItIs() {
        try (Engine with = open("cpu", 1)) {
            assertThat(with.weights().head().quantized()).isFalse();
        }
        try (Engine reference = open("reference", 1)) {
            assertThat(reference.weights().mtp().orElseThrow().head().quantized()).isFalse();
        }
    }
}
