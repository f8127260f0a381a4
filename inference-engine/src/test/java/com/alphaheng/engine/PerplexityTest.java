package com.alphaheng.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.alphaheng.engine.backend.CacheFormat;
import com.alphaheng.engine.bench.Perplexity;
import com.alphaheng.engine.format.TensorFile;
import com.alphaheng.engine.graph.Optimizations;
import com.alphaheng.engine.quantize.QuantizeOptions;
import com.alphaheng.engine.quantize.Quantizer;
import com.alphaheng.engine.testing.SharedModel;
import com.alphaheng.engine.testing.ShippedModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Perplexity on the founders' held-out rows, which are not part of the repository.
@Tag("slow")
class PerplexityTest {

    /// Figures of the model's README.
    private static final double ROUND_TO_NEAREST_32 = 4.1187;
    private static final double BF16 = 3.8391;

    @Test
    void roundToNearestIsAsGoodAsStated(@TempDir Path folder) throws IOException {
        Path source = SharedModel.require();
        Quantizer.run(source, folder, QuantizeOptions.roundToNearest(32), (stage, done, total) -> { });
        assertThat(perplexity(folder, CacheFormat.F16)).isLessThan(ROUND_TO_NEAREST_32 * 1.005).isGreaterThan(BF16);
    }

    @ParameterizedTest
    @CsvSource({"F16, 4.02", "INT8, 4.02", "FP4, 4.05"})
    void theShippedModelBeatsRoundToNearest(CacheFormat format, double most) {
        assertThat(perplexity(ShippedModel.directory(), format)).isLessThan(most).isGreaterThan(BF16);
    }

    private static double perplexity(Path model, CacheFormat format) {
        EngineOptions options = EngineOptions.defaults()
            .withOptimizations(Optimizations.standard().withCacheFormat(format));
        try (TensorFile file = new TensorFile(SharedModel.require().resolve("goldens.safetensors"));
             Engine engine = Engine.open(model, options)) {
            int[] all = file.ints("eval.tokens");
            int length = (int) file.shape("eval.tokens")[1];
            int[][] rows = new int[all.length / length][];
            Arrays.setAll(rows, row -> Arrays.copyOfRange(all, row * length, (row + 1) * length));
            int parallel = engine.backend().equals("reference") ? Runtime.getRuntime().availableProcessors() : 1;
            return new Perplexity(engine, parallel).measure(rows, done -> { }).perplexity();
        }
    }
}
