package com.alphaheng.engine.quantize;

import com.alphaheng.engine.model.Matrix;
import com.alphaheng.engine.model.Weights;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Which [RowQuantizer] each matrix gets. For GPTQ it holds the calibration of one layer at a time.
final class QuantizerChoice implements AutoCloseable {

    private static final Pattern LAYER = Pattern.compile("model\\.layers\\.(\\d+)\\..*");

    private final QuantizeOptions options;
    private final Calibration calibration;
    private int layer = -1;
    private Map<Matrix, RowQuantizer> ofLayer = Map.of();

    private QuantizerChoice(QuantizeOptions options, Calibration calibration) {
        this.options = options;
        this.calibration = calibration;
    }

    static QuantizerChoice of(Path model, Weights weights, QuantizeOptions options, QuantizeProgress progress) {
        return new QuantizerChoice(options, options.method() == QuantizeOptions.Method.GPTQ
            ? Calibration.start(model, weights, options, progress) : null);
    }

    /// The choice for the matrices of this entry; entries must come in the order of their layers.
    Function<Matrix, RowQuantizer> forLayerOf(OutputEntry.Quantized entry) {
        return switch (options.method()) {
            case RTN -> matrix -> new RoundToNearest(options.groupSize());
            case SEARCH -> matrix -> new ScaleSearch(options.groupSize(), null);
            case GPTQ -> calibratedFor(entry);
        };
    }

    private Function<Matrix, RowQuantizer> calibratedFor(OutputEntry.Quantized entry) {
        Matcher name = LAYER.matcher(entry.name());
        int wanted = name.matches() ? Integer.parseInt(name.group(1)) : -1;
        if (wanted >= 0 && wanted != layer) {
            ofLayer = calibration.layer(wanted);
            layer = wanted;
        }
        Map<Matrix, RowQuantizer> known = wanted < 0 ? Map.of() : ofLayer;
        // What the calibration does not reach (the MTP layer, a head) gets the scale search.
        RowQuantizer otherwise = new ScaleSearch(options.groupSize(), null);
        return matrix -> known.getOrDefault(matrix, otherwise);
    }

    @Override
    public void close() {
        if (calibration != null) {
            calibration.close();
        }
    }
}
