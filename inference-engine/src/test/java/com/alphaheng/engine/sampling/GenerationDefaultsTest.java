package com.alphaheng.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alphaheng.engine.format.ModelFormatException;
import com.alphaheng.engine.testing.ShippedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What generation_config.json says, and what it says wrongly.
class GenerationDefaultsTest {

    private static final GenerationDefaults GREEDY = new GenerationDefaults(0, 0, 1);

    @TempDir
    private Path folder;

    private GenerationDefaults read(String json) throws IOException {
        Files.writeString(folder.resolve("generation_config.json"), json);
        return GenerationDefaults.read(folder);
    }

    @Test
    void theShippedModelRecommendsSampling() {
        assertThat(GenerationDefaults.read(ShippedModel.directory())).isEqualTo(new GenerationDefaults(0.8f, 0, 0.95f));
    }

    @Test
    void nothingSaidIsGreedy() throws IOException {
        assertThat(GenerationDefaults.read(folder)).isEqualTo(GREEDY);
        assertThat(read("{}")).isEqualTo(GREEDY);
        assertThat(read("{\"do_sample\": false, \"temperature\": 0.7}")).isEqualTo(GREEDY);
    }

    @Test
    void whatIsLeftOutIsTheModelsOwnDistribution() throws IOException {
        assertThat(read("{\"do_sample\": true}")).isEqualTo(new GenerationDefaults(1, 0, 1));
        assertThat(read("{\"do_sample\": true, \"temperature\": null, \"top_k\": 50, \"top_p\": 0.9}"))
            .isEqualTo(new GenerationDefaults(1, 50, 0.9f));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{\"do_sample\": true, \"temperature\": -1} | sampling: expected temperature and top_k of at least 0, top_p in"
            + " (0, 1], found temperature -1.0, top_k 0.0, top_p 1.0",
        "{\"do_sample\": true, \"top_p\": 0} | top_p in (0, 1], found temperature 1.0, top_k 0.0, top_p 0.0",
        "{\"do_sample\": true, \"top_k\": \"many\"} | top_k: expected a number, found \"many\"",
        "{\"do_sample\" | is not valid JSON"})
    void whatIsWrongIsNamed(String json, String message) {
        assertThatThrownBy(() -> read(json)).isInstanceOf(ModelFormatException.class)
            .hasMessageContaining("generation_config.json").hasMessageContaining(message);
    }
}
