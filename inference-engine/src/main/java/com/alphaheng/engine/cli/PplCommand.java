package com.alphaheng.engine.cli;

import com.alphaheng.engine.Engine;
import com.alphaheng.engine.bench.Perplexity;
import com.alphaheng.engine.format.TensorFile;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
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

/// Perplexity on rows of ids.
@Command(name = "ppl", mixinStandardHelpOptions = true,
    description = "Perplexity on the rows of an int32 tensor of ids; with --max it is a check.")
final class PplCommand implements Callable<Integer> {

    @Spec
    private CommandSpec specification;

    @Mixin
    private ModelOptions model;

    @Parameters(paramLabel = "FILE", description = "Safetensors file with the ids.")
    private Path file;

    @Option(names = "--tensor", paramLabel = "NAME", defaultValue = "eval.tokens",
        description = "Its int32 tensor [rows, length]. Default: ${DEFAULT-VALUE}.")
    private String tensor;

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
        try (TensorFile ids = new TensorFile(file)) {
            long[] shape = ids.shape(tensor);
            if (shape.length != 2 || shape[1] < 2) {
                throw new IllegalArgumentException(tensor + " must be [rows, length >= 2], not "
                    + Arrays.toString(shape));
            }
            int[] all = ids.ints(tensor);
            int length = (int) shape[1];
            int count = limit > 0 ? Math.min(limit, (int) shape[0]) : (int) shape[0];
            int[][] rows = new int[count][];
            Arrays.setAll(rows, row -> Arrays.copyOfRange(all, row * length, (row + 1) * length));
            return rows;
        }
    }
}
