package com.alphaheng.engine.cli;

import com.alphaheng.engine.Engine;
import com.alphaheng.engine.bench.BandwidthProbe;
import com.alphaheng.engine.bench.BenchPrompts;
import com.alphaheng.engine.bench.BenchReport;
import com.alphaheng.engine.bench.Comparison;
import com.alphaheng.engine.bench.ContextPlot;
import com.alphaheng.engine.bench.DecodeRun;
import com.alphaheng.engine.bench.EngineBench;
import com.alphaheng.engine.bench.Metric;
import com.alphaheng.engine.bench.TurnBench;
import com.alphaheng.engine.graph.Optimizations;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Measures prefill and decode, or compares two rungs of the optimization ladder.
@Command(name = "bench", mixinStandardHelpOptions = true,
    description = "Measures prefill and greedy decode with a breakdown per component; with --compare, how much"
        + " faster one rung of the optimization ladder is than another.")
final class BenchCommand implements Callable<Integer> {

    @Spec
    private CommandSpec specification;

    @Mixin
    private ModelOptions model;

    @Mixin
    private RungOptions rung;

    @Option(names = "--contexts", paramLabel = "N,...", split = ",", hideParamSyntax = true, defaultValue = "128",
        description = "Tokens in the context before decode, such as 0,512,2048. Default: ${DEFAULT-VALUE}.")
    private List<Integer> contexts;

    @Option(names = "--tokens", paramLabel = "N", defaultValue = "64",
        description = "Tokens decoded per sample. Default: ${DEFAULT-VALUE}.")
    private int tokens;

    @Option(names = "--samples", paramLabel = "N", defaultValue = "5",
        description = "Samples per context, or rounds of A B B A with --compare. Default: ${DEFAULT-VALUE}.")
    private int samples;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "${env:HENG_SEED:-0}",
        description = "Of the prompts: each sample has another, the same seed gives the same. Default:"
        + " $HENG_SEED, which a worker sets anew for each pair of runs that it compares, or else 0.")
    private long seed;

    @Option(names = "--compare", paramLabel = "RUNG", description = "Compare with this rung, in turns.")
    private String compare;

    @Option(names = "--min-ratio", paramLabel = "R", description = "With --compare: fail (exit code 1) unless the lower"
        + " end of the ratio's 95 %% confidence interval reaches R.")
    private Double leastRatio;

    @Option(names = "--turns", description = "Stay, and measure once for each line of standard input, which is the"
        + " seed for it: the metrics are added to the file of --json, a line each. For whoever measures two builds in"
        + " turns.")
    private boolean turns;

    @Option(names = "--json", paramLabel = "FILE",
        description = "Write the metrics and the fingerprint; '-' prints them.")
    private String json;

    @Option(names = "--csv", paramLabel = "FILE", description = "Write one line per context and metric.")
    private Path csv;

    @Option(names = "--plot", paramLabel = "FILE", description = "Write speed over context as an SVG picture.")
    private Path plot;

    @Override
    public Integer call() throws IOException {
        if (turns) {
            return measureInTurns();
        }
        return compare == null ? measure() : compareRungs();
    }

    private int measureInTurns() throws IOException {
        if (json == null || "-".equals(json) || contexts.size() > 1 || compare != null || csv != null || plot != null) {
            throw new IllegalArgumentException("--turns needs --json FILE and one of --contexts, and goes without"
                + " --compare, --csv and --plot");
        }
        try (Engine engine = model.open(rung.optimizations());
             TurnBench bench = new TurnBench(engine, plan(engine, 0));
             BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Files.writeString(Path.of(json), BenchReport.json(engine, List.of(bench.turn(seedIn(line)))) + "\n",
                    StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            }
        }
        return ExitCode.OK;
    }

    private static long seedIn(String line) {
        try {
            return Long.parseLong(line.strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("with --turns, each line of standard input must be a seed, a whole"
                + " number, not '" + line + "'", e);
        }
    }

    private int measure() throws IOException {
        double bandwidth = BandwidthProbe.measure(0).readGigabytesPerSecond();
        try (Engine engine = model.open(rung.optimizations()); ProgressBar bar = new ProgressBar()) {
            List<EngineBench.Frontier> frontiers = new EngineBench(engine, plan(engine, bandwidth)).run(bar::at);
            bar.close();
            print(engine, frontiers);
            writeJson(BenchReport.json(engine, frontiers).toPrettyString());
            if (csv != null) {
                Files.writeString(csv, BenchReport.csv(frontiers));
            }
            if (plot != null) {
                Files.writeString(plot, ContextPlot.svg(engine.directory().getFileName() + " on "
                    + engine.device().description(), frontiers));
            }
        }
        return ExitCode.OK;
    }

    private EngineBench.Plan plan(Engine engine, double bandwidth) {
        return new EngineBench.Plan(fitting(engine), tokens, samples, bandwidth, seed);
    }

    /// Contexts beyond what the model was made for would measure nonsense.
    private List<Integer> fitting(Engine engine) {
        int most = engine.config().maxPositions() - tokens - 16;
        List<Integer> fitting = contexts.stream().filter(context -> context <= most).toList();
        if (fitting.size() < contexts.size()) {
            specification.commandLine().getErr().println("Left out contexts above " + most
                + ", what this model has positions for.");
        }
        if (fitting.isEmpty()) {
            throw new IllegalArgumentException("no context fits this model: the largest is " + most);
        }
        return fitting;
    }

    private int compareRungs() throws IOException {
        Optimizations base = Optimizations.parse(compare);
        int context = Math.max(contexts.getFirst(), 1);
        try (Engine first = model.open(base); Engine second = model.open(rung.optimizations());
             DecodeRun a = new DecodeRun(first, new BenchPrompts(first, seed), context, tokens);
             DecodeRun b = new DecodeRun(second, new BenchPrompts(second, seed), context, tokens);
             ProgressBar bar = new ProgressBar()) {
            int[] done = new int[1];
            DecodeRun.warmUp(tokens, a, b);
            Comparison.Result result = Comparison.measure(() -> a.measure(tokens).decodeRate(), () -> {
                bar.at("comparing", ++done[0], 2L * samples);
                return b.measure(tokens).decodeRate();
            }, Math.max(samples, 2));
            bar.close();
            print(result);
            writeJson(BenchReport.json(second, result).toPrettyString());
            if (leastRatio != null && result.lower() < leastRatio) {
                throw new CheckFailedException(String.format(Locale.ROOT,
                    "the ratio's lower confidence bound %.3f is below %.3f", result.lower(), leastRatio));
            }
        }
        return ExitCode.OK;
    }

    private void writeJson(String text) throws IOException {
        if ("-".equals(json)) {
            specification.commandLine().getOut().println(text);
            specification.commandLine().getOut().flush();
        } else if (json != null) {
            Files.writeString(Path.of(json), text + "\n");
        }
    }

    private PrintWriter out() {
        // With --json - standard output belongs to the JSON.
        return "-".equals(json) ? specification.commandLine().getErr() : specification.commandLine().getOut();
    }

    private void print(Comparison.Result result) {
        out().printf(Locale.ROOT, "%s %.2f tok/s, %s %.2f tok/s: ratio %.3f (95 %% confidence %.3f to %.3f,"
            + " %d rounds)%n", rung.name(),
            Metric.of("", "", result.candidate().stream().mapToDouble(d -> d).toArray()).value(), compare,
            Metric.of("", "", result.base().stream().mapToDouble(d -> d).toArray()).value(), result.ratio(),
            result.lower(), result.upper(), result.roundRatios().size());
        out().flush();
    }

    private void print(Engine engine, List<EngineBench.Frontier> frontiers) {
        out().printf("%s on %s (%s), %s%n", engine.directory().getFileName(), engine.backend(),
            engine.device().description(), engine.options().optimizations());
        for (EngineBench.Frontier frontier : frontiers) {
            out().printf("context %d%n", frontier.context());
            for (Metric metric : frontier.metrics()) {
                String unit = metric.unit().equals("1") ? "" : metric.unit();
                out().printf(Locale.ROOT, "  %-28s %12.4g %s%n", metric.name(), metric.value(), unit);
            }
        }
        out().flush();
    }
}
