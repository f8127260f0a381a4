package com.alphaheng.engine.quantize;

import com.alphaheng.engine.Engine;
import com.alphaheng.engine.EngineOptions;
import com.alphaheng.engine.Session;
import com.alphaheng.engine.SessionOptions;
import com.alphaheng.engine.graph.LayerProbe;
import com.alphaheng.engine.model.LayerWeights;
import com.alphaheng.engine.model.Matrix;
import com.alphaheng.engine.model.Weights;
import com.alphaheng.engine.sampling.Sampling;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/// Lets the unquantized model write text of its own (no other text is ever used), and runs that text through the
/// layers one by one to learn what inputs each matrix sees.
final class Calibration implements AutoCloseable {

    private static final int LENGTH = 256;

    private final Engine engine;
    private final Weights weights;
    private final QuantizeOptions options;
    private final QuantizeProgress progress;
    private final LayerProbe probe;
    private final List<float[]> residuals = new ArrayList<>();
    private int next;

    private Calibration(Engine engine, Weights weights, QuantizeOptions options, QuantizeProgress progress) {
        this.engine = engine;
        this.weights = weights;
        this.options = options;
        this.progress = progress;
        this.probe = new LayerProbe(engine.device(), weights, LENGTH);
    }

    /// Generates the text and embeds it.
    static Calibration start(Path model, Weights weights, QuantizeOptions options, QuantizeProgress progress) {
        List<int[]> texts = generate(model, options, progress);
        Engine engine = Engine.open(model, EngineOptions.defaults().withBackend("reference"));
        Calibration calibration = new Calibration(engine, weights, options, progress);
        for (int[] text : texts) {
            calibration.residuals.add(calibration.probe.embed(text));
        }
        return calibration;
    }

    /// Sequences that start from an end-of-text token, after which a new document begins, sampled at temperature 1:
    /// the model's own distribution.
    private static List<int[]> generate(Path model, QuantizeOptions options, QuantizeProgress progress) {
        int sequences = (options.calibrationTokens() + LENGTH - 1) / LENGTH;
        int[] written = new int[1];
        try (Engine engine = Engine.open(model, EngineOptions.defaults());
             ExecutorService pool = Executors.newFixedThreadPool(options.threadCount())) {
            int start = engine.config().endOfSequence().isEmpty() ? 0 : engine.config().endOfSequence().getFirst();
            List<Future<int[]>> texts = IntStream.range(0, sequences).mapToObj(index -> pool.submit(() -> {
                int[] ids = new int[LENGTH];
                ids[0] = start;
                SessionOptions how = SessionOptions.greedy().withContext(LENGTH)
                    .withSampling(Sampling.ofTemperature(1, 1, options.seed() * 1_000_003 + index));
                try (Session session = engine.newSession(how)) {
                    session.sync(new int[] {start});
                    for (int i = 1; i < LENGTH; i++) {
                        ids[i] = session.next();
                    }
                }
                synchronized (written) {
                    progress.at("generating calibration text", ++written[0], sequences);
                }
                return ids;
            })).toList();
            pool.close();
            return texts.stream().map(Future::resultNow).toList();
        }
    }

    /// What the matrices of a layer saw; layers must be asked for in rising order. Empty for the MTP layer, which the
    /// main model's text does not run through.
    Map<Matrix, Moments> layer(int index) {
        Map<Matrix, Moments> moments = Map.of();
        while (next <= index && next < weights.layers().size()) {
            LayerWeights layer = weights.layers().get(next);
            InputStatistics statistics = new InputStatistics(layer, LENGTH);
            for (int i = 0; i < residuals.size(); i++) {
                residuals.set(i, probe.run(layer, residuals.get(i), next == index ? statistics : null));
                progress.at("calibrating layer " + next, i + 1, residuals.size());
            }
            if (next == index) {
                moments = statistics.moments();
            }
            next++;
        }
        return moments;
    }

    @Override
    public void close() {
        probe.close();
        engine.close();
    }
}
