package com.alphaheng.engine.quantize;

import com.alphaheng.engine.model.Matrix;
import com.alphaheng.engine.model.Weights;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Which [RowQuantizer] each matrix gets. For GPTQ it holds what the matrices of one layer saw, and the prepared
/// quantizers of the few matrices that are under way.
final class QuantizerChoice implements AutoCloseable {

    private static final Pattern LAYER = Pattern.compile("model\\.layers\\.(\\d+)\\..*");

    private final QuantizeOptions options;
    private final Calibration calibration;
    private int layer = -1;
    private Map<Matrix, Moments> ofLayer = Map.of();
    private final Map<Moments, FutureTask<RowQuantizer>> underWay = new LinkedHashMap<>();

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
        Map<Matrix, Moments> known = wanted < 0 ? Map.of() : ofLayer;
        // What the calibration does not reach (the MTP layer, a head, an expert never chosen) gets the scale search.
        RowQuantizer otherwise = new ScaleSearch(options.groupSize(), null);
        return matrix -> known.containsKey(matrix) ? prepared(known.get(matrix)) : otherwise;
    }

    /// A matrix is cut into pieces for several threads: the first to come prepares its quantizer, which is dropped
    /// when every thread has gone on to later matrices.
    private RowQuantizer prepared(Moments moments) {
        FutureTask<RowQuantizer> task;
        synchronized (underWay) {
            task = underWay.computeIfAbsent(moments, key -> new FutureTask<>(
                () -> GptqRows.of(options.groupSize(), key)));
            if (underWay.size() > options.threadCount()) {
                underWay.remove(underWay.keySet().iterator().next());
            }
        }
        task.run();
        try {
            return task.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted: run the same command again to go on", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
        }
    }

    @Override
    public void close() {
        if (calibration != null) {
            calibration.close();
        }
    }
}
