package com.alphaheng.engine.quantize;

import com.alphaheng.engine.format.Checkpoint;
import com.alphaheng.engine.format.WeightsLoader;
import com.alphaheng.engine.model.Matrix;
import com.alphaheng.engine.model.MatrixRows;
import com.alphaheng.engine.model.Weights;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/// Converts a checkpoint to an MMFP4 folder: in pieces of a few megabytes, by several threads, file after file; a
/// run that was broken off goes on with the first file that is not complete.
public final class Quantizer {

    /// Values per piece: 4 MB of float32.
    private static final int PIECE = 1 << 20;

    /// One stage for whatever is written, so that the time left is reckoned over all of it.
    private static final String QUANTIZING = "quantizing";

    private final SourceReader source;
    private final QuantizeOptions options;
    private final ShardWriter writer;
    private final QuantizeProgress progress;
    private final long total;
    private final ThreadLocal<PieceBuffers> buffers = ThreadLocal.withInitial(PieceBuffers::new);
    private long done;

    private Quantizer(SourceReader source, QuantizeOptions options, ShardWriter writer, QuantizeProgress progress,
                      long total) {
        this.source = source;
        this.options = options;
        this.writer = writer;
        this.progress = progress;
        this.total = total;
    }

    /// Quantizes the model folder `from` into the folder `to`, which is created.
    ///
    /// @return how many matrices stayed as they were because the group does not divide their columns
    /// @throws com.alphaheng.engine.format.ModelFormatException when `from` is not a valid model
    /// @throws IllegalArgumentException                         when the two are one folder, `from` is quantized, or
    ///                                                          `to` holds another kind of model
    /// @throws IOException                                      also when the disk has no room for the result
    public static long run(Path from, Path to, QuantizeOptions options, QuantizeProgress progress)
        throws IOException {
        Files.createDirectories(to);
        if (Files.isSameFile(from, to)) {
            throw new IllegalArgumentException("source and destination are the same folder: " + from);
        }
        Mmfp4Folder.requireOwn(to);
        try (Weights weights = WeightsLoader.load(from); Checkpoint checkpoint = Checkpoint.open(from);
             SourceReader source = new SourceReader(checkpoint, weights.files())) {
            List<OutputEntry> entries = OutputPlanner.plan(weights, options);
            ShardPlan plan = new ShardPlan(entries.stream().map(OutputEntry::tensors).toList(),
                Mmfp4Folder.metadata(checkpoint, options), options.shardBytes());
            long total = entries.stream().mapToLong(OutputEntry::sourceBytes).sum();
            try (ShardWriter writer = new ShardWriter(to, plan)) {
                new Quantizer(source, options, writer, progress, total).write(weights, from, entries, plan);
            }
            Mmfp4Folder.finish(from, to, plan, options, progress);
            return entries.stream().filter(entry -> entry instanceof OutputEntry.Kept kept && kept.unfit()).count();
        }
    }

    private void write(Weights weights, Path from, List<OutputEntry> entries, ShardPlan plan) throws IOException {
        TreeMap<Integer, List<OutputEntry>> missing = new TreeMap<>();
        for (OutputEntry entry : entries) {
            missing.computeIfAbsent(plan.place(entry.tensors().getFirst().name()).shard(), key -> new ArrayList<>())
                .add(entry);
        }
        for (int shard : List.copyOf(missing.keySet())) {
            if (writer.complete(shard)) {
                missing.remove(shard).forEach(entry -> advance("already there", entry.sourceBytes()));
            }
        }
        if (missing.isEmpty()) {
            return;
        }
        writer.begin(missing.keySet());
        try (ExecutorService pool = Executors.newFixedThreadPool(options.threadCount());
             QuantizerChoice choice = QuantizerChoice.of(from, weights, options, progress)) {
            for (var shard : missing.entrySet()) {
                for (OutputEntry entry : shard.getValue()) {
                    write(pool, entry, choice);
                }
                writer.finish(shard.getKey());
            }
        }
    }

    private void write(ExecutorService pool, OutputEntry entry, QuantizerChoice choice) throws IOException {
        List<Callable<Void>> pieces = new ArrayList<>();
        switch (entry) {
            case OutputEntry.Small small -> {
                ByteBuffer bytes = ByteBuffer.allocate(small.vector().length() * 4).order(ByteOrder.LITTLE_ENDIAN);
                bytes.asFloatBuffer().put(small.vector().toArray());
                writer.write(small.name(), 0, bytes);
                advance(QUANTIZING, entry.sourceBytes());
            }
            case OutputEntry.Kept kept -> copyPieces(kept, pieces);
            case OutputEntry.Quantized quantized -> {
                Function<Matrix, RowQuantizer> chosen = choice.forLayerOf(quantized);
                for (int part = 0; part < quantized.parts().size(); part++) {
                    quantizePieces(quantized, part, chosen, pieces);
                }
            }
        }
        runAll(pool, pieces);
    }

    private void runAll(ExecutorService pool, List<Callable<Void>> pieces) throws IOException {
        try {
            for (Future<Void> piece : pool.invokeAll(pieces)) {
                piece.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted: run the same command again to go on", e);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException failure -> throw failure;
                case RuntimeException failure -> throw failure;
                default -> throw new IllegalStateException(e.getCause());
            }
        }
    }

    private void copyPieces(OutputEntry.Kept kept, List<Callable<Void>> pieces) {
        MemorySegment data = kept.matrix().codes();
        for (long start = 0; start < data.byteSize(); start += 4L * PIECE) {
            long offset = start;
            int count = (int) Math.min(4L * PIECE, data.byteSize() - start);
            pieces.add(() -> {
                ByteBuffer bytes = buffers.get().source(count);
                source.read(data, offset, bytes);
                writer.write(kept.name(), offset, bytes);
                advance(QUANTIZING, count);
                return null;
            });
        }
    }

    private void quantizePieces(OutputEntry.Quantized entry, int part, Function<Matrix, RowQuantizer> chosen,
                                List<Callable<Void>> pieces) {
        Matrix matrix = entry.parts().get(part);
        int rowsPerPiece = Math.max(1, PIECE / matrix.cols());
        for (int start = 0; start < matrix.rows(); start += rowsPerPiece) {
            int first = start;
            int rows = Math.min(rowsPerPiece, matrix.rows() - start);
            pieces.add(() -> {
                RowQuantizer quantizer = chosen.apply(matrix);
                QuantizedRows out = new QuantizedRows(buffers.get(), rows, matrix.cols(), entry.group());
                long rowBytes = (long) matrix.cols() * matrix.dtype().elementBytes();
                ByteBuffer bytes = buffers.get().source(rows * rowBytes);
                source.read(matrix.codes(), first * rowBytes, bytes);
                MemorySegment values = MemorySegment.ofBuffer(bytes);
                float[] row = new float[matrix.cols()];
                for (int i = 0; i < rows; i++) {
                    MatrixRows.readFloats(matrix.dtype(), values, (long) i * row.length, row, 0, row.length);
                    out.add(row, quantizer);
                }
                long before = (long) part * matrix.rows() + first;
                writer.write(entry.name() + ".codes", before * (matrix.cols() / 2), out.codes());
                writer.write(entry.name() + ".scales", before * (matrix.cols() / entry.group()) * 2, out.scales());
                advance(QUANTIZING, rows * rowBytes);
                return null;
            });
        }
    }

    private synchronized void advance(String stage, long bytes) {
        done += bytes;
        progress.at(stage, done, total);
    }
}
