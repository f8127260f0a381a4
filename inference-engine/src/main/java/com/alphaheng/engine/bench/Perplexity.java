package com.alphaheng.engine.bench;

import com.alphaheng.engine.Engine;
import com.alphaheng.engine.graph.Timeline;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/// Perplexity: exp of the mean negative log-likelihood of tokens 1.. of each row given those before it.
public final class Perplexity {

    /// Rows of logits held at once: a vocabulary's worth each.
    private static final int ROWS = 64;

    private final Engine engine;
    private final int threads;

    /// @param threads rows of ids computed at once; more than one helps back ends of one thread
    public Perplexity(Engine engine, int threads) {
        this.engine = engine;
        this.threads = threads;
    }

    /// @param perplexity over all rows
    /// @param rowMeans   mean negative log-likelihood of each row
    public record Result(double perplexity, double[] rowMeans) { }

    /// @param rows   ids, at least two per row
    /// @param onDone hears how many rows are done
    public Result measure(int[][] rows, IntConsumer onDone) {
        double[] means = new double[rows.length];
        int[] done = new int[1];
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            List<Future<?>> tasks = IntStream.range(0, rows.length).<Future<?>>mapToObj(index -> pool.submit(() -> {
                means[index] = meanLoss(rows[index]);
                synchronized (done) {
                    onDone.accept(++done[0]);
                }
            })).toList();
            pool.close();
            tasks.forEach(Future::resultNow);
        }
        long tokens = Arrays.stream(rows).mapToLong(row -> row.length - 1).sum();
        double loss = IntStream.range(0, rows.length).mapToDouble(i -> means[i] * (rows[i].length - 1)).sum();
        return new Result(Math.exp(loss / tokens), means);
    }

    private double meanLoss(int[] ids) {
        int vocab = engine.config().vocabSize();
        float[] logits = new float[ROWS * vocab];
        double loss = 0;
        try (Timeline timeline = new Timeline(engine.device(), engine.weights(), engine.options().optimizations(),
            ids.length, ROWS, ROWS)) {
            for (int start = 0; start < ids.length - 1; start += ROWS) {
                int[] part = Arrays.copyOfRange(ids, start, Math.min(start + ROWS, ids.length - 1));
                timeline.append(part, part.length);
                float[] found = part.length == ROWS ? logits : new float[part.length * vocab];
                timeline.readLogits(found);
                for (int i = 0; i < part.length; i++) {
                    loss -= logProbability(found, i * vocab, vocab, ids[start + i + 1]);
                }
            }
        }
        return loss / (ids.length - 1);
    }

    private static double logProbability(float[] logits, int offset, int vocab, int id) {
        float largest = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < vocab; i++) {
            largest = Math.max(largest, logits[offset + i]);
        }
        double sum = 0;
        for (int i = 0; i < vocab; i++) {
            sum += Math.exp(logits[offset + i] - largest);
        }
        return logits[offset + id] - largest - Math.log(sum);
    }
}
