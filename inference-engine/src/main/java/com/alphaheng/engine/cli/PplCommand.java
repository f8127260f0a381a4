package com.alphaheng.engine.cli;

import com.alphaheng.engine.Engine;
import com.alphaheng.engine.bench.Perplexity;
import com.alphaheng.engine.format.TensorFile;
import com.alphaheng.engine.tokenizer.ControlTokens;
import com.alphaheng.engine.tokenizer.Tokenizer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Perplexity on rows of ids, given as such or as a text.
@Command(name = "ppl", mixinStandardHelpOptions = true,
    description = "Perplexity on a text, or on the rows of an int32 tensor of ids; with --max it is a check.")
final class PplCommand implements Callable<Integer> {

    @Spec
    private CommandSpec specification;

    @Mixin
    private ModelOptions model;

    @Parameters(paramLabel = "FILE",
        description = "A UTF-8 text, cut into rows; or a .safetensors file with rows of ids.")
    private Path file;

    @Option(names = "--tensor", paramLabel = "NAME", defaultValue = "eval.tokens",
        description = "Of a .safetensors file: the int32 tensor [rows, length]. Default: ${DEFAULT-VALUE}.")
    private String tensor;

    @Option(names = "--length", paramLabel = "N", defaultValue = "512",
        description = "Of a text: ids of a row. Default: ${DEFAULT-VALUE}.")
    private int length;

    @Option(names = "--rows", paramLabel = "N", defaultValue = "0", description = "Only the first N rows.")
    private int limit;

    @Option(names = "--max", paramLabel = "PPL", description = "Fail (exit code 1) above this perplexity.")
    private Double most;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() {
        int[][] rows = readRows();
        PrintWriter out = specification.commandLine().getOut();
        double perplexity;
        try (Engine engine = model.open(); ProgressBar bar = new ProgressBar()) {
            int parallel = engine.backend().equals("reference") ? Runtime.getRuntime().availableProcessors() : 1;
            perplexity = new Perplexity(engine, parallel)
                .measure(rows, done -> bar.at("perplexity", done, rows.length)).perplexity();
        }
        if (json) {
            ObjectNode report = new ObjectMapper().createObjectNode();
            out.println(report.put("perplexity", perplexity).put("rows", rows.length).put("model",
                model.directory().toString()));
        } else {
            out.printf(Locale.ROOT, "perplexity %.4f on %d rows%n", perplexity, rows.length);
        }
        out.flush();
        if (most != null && perplexity > most) {
            throw new CheckFailedException(String.format(Locale.ROOT, "perplexity %.4f is above %.4f", perplexity,
                most));
        }
        return ExitCode.OK;
    }

    private int[][] readRows() {
        int[][] rows = file.toString().endsWith(".safetensors") ? idRows() : textRows();
        return limit > 0 && limit < rows.length ? Arrays.copyOf(rows, limit) : rows;
    }

    /// The text in rows of `length` ids; a remainder that would be no row of its own is left out.
    private int[][] textRows() {
        if (length < 2) {
            throw new IllegalArgumentException("--length must be at least 2, not " + length);
        }
        int[] ids;
        try (Tokenizer tokenizer = Tokenizer.load(model.directory())) {
            ids = tokenizer.encode(Files.readString(file), ControlTokens.AS_TEXT);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
        if (ids.length < length) {
            throw new IllegalArgumentException(file + " has " + ids.length + " ids, less than one row of " + length
                + ": give a longer text or a smaller --length");
        }
        int[][] rows = new int[ids.length / length][];
        Arrays.setAll(rows, row -> Arrays.copyOfRange(ids, row * length, (row + 1) * length));
        return rows;
    }

    private int[][] idRows() {
        try (TensorFile ids = new TensorFile(file)) {
            long[] shape = ids.shape(tensor);
            if (shape.length != 2 || shape[1] < 2) {
                throw new IllegalArgumentException(tensor + " must be [rows, length >= 2], not "
                    + Arrays.toString(shape));
            }
            int[] all = ids.ints(tensor);
            int width = (int) shape[1];
            int[][] rows = new int[(int) shape[0]][];
            Arrays.setAll(rows, row -> Arrays.copyOfRange(all, row * width, (row + 1) * width));
            return rows;
        }
    }
}
