package com.alphaheng.engine.cli;

import com.alphaheng.engine.backend.Availability;
import com.alphaheng.engine.backend.Backend;
import com.alphaheng.engine.backend.Backends;
import com.alphaheng.engine.backend.Tuning;
import com.alphaheng.engine.bench.ExecutionRecord;
import com.alphaheng.engine.parity.Challenge;
import com.alphaheng.engine.parity.ChallengeRun;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Answers inputs that somebody else drew, or holds every back end here against the scalar reference. This is how
/// changes of the kernels are verified; see `sealing.json`.
@Command(name = "challenge", mixinStandardHelpOptions = true,
    description = "Runs drawn inputs through every back end of this machine but the reference and writes the answers;"
        + " with --check, holds them against the reference instead and counts the checks. Exit code 1 when something"
        + " differs, or when the C kernels do not build.")
final class ChallengeCommand implements Callable<Integer> {

    /// Of an answer's logits so many are written, evenly spread.
    private static final int KEPT = 48;

    private static final int[] CHECKED_SIZES = {1, 4, 13, 40};

    @Spec
    private CommandSpec specification;

    @Option(names = {"-m", "--model"}, paramLabel = "DIR",
        description = "Model folder (default: the tiny-java-glm that comes with marlin).")
    private Path model;

    @Option(names = "--inputs", paramLabel = "LINES", description = "OPERATION SIZE SEED, one input a line"
        + " (none: only build the kernels); operations: prefill, decode, exact, compact, plain.")
    private String inputs;

    @Option(names = "--check", description = "Compare with the reference on inputs drawn from --seed.")
    private boolean check;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "7", description = "Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(names = "--tolerance", paramLabel = "X", defaultValue = "0.1", description = "With --check: largest"
        + " difference of a logit, relative to the larger of the expected one and 1. Default: ${DEFAULT-VALUE}.")
    private double tolerance;

    @Option(names = "--threads", paramLabel = "N", defaultValue = "0", description = "Default: one per core.")
    private int threads;

    @Option(names = "--tuning", paramLabel = "NAME=N,...", defaultValue = "",
        description = "Replaces values of the tuning table.")
    private String tuning;

    @Option(names = "--json", paramLabel = "FILE", description = "Write answers and counters.")
    private Path json;

    @Override
    public Integer call() throws IOException {
        if (check == (inputs != null)) {
            throw new IllegalArgumentException("give either --inputs, or --check");
        }
        List<String> names = backends();
        if (inputs != null && inputs.isBlank()) {
            // Kernels are compiled by now. The tuning table is no part of a build: who computes reads it.
            PrintWriter out = specification.commandLine().getOut();
            out.println("built for " + String.join(", ", names));
            out.flush();
            return ExitCode.OK;
        }
        Tuning values = Tuning.here().with(tuning);
        Path folder = model != null ? model : ModelOptions.shippedModel();
        ObjectNode report = new ObjectMapper().createObjectNode();
        PrintWriter out = specification.commandLine().getOut();
        List<ChallengeRun> runs = new ArrayList<>();
        try {
            names.forEach(name -> runs.add(new ChallengeRun(folder, name, threads, values)));
            int checks = check ? compare(folder, names, runs) : answer(runs, report);
            ObjectNode counters = report.putObject("counters").put("checks", checks);
            ArrayNode metrics = report.putArray("metrics");
            for (int i = 0; i < names.size(); i++) {
                counters.put(names.get(i) + "_dispatches", runs.get(i).dispatches());
                metrics.addObject().put("name", names.get(i) + "_dispatches").put("unit", "operations")
                    .put("value", runs.get(i).dispatches());
            }
            Map<String, Long> operations = new TreeMap<>();
            runs.forEach(run -> run.addOperations(operations));
            ObjectNode execution = ExecutionRecord.of(operations);
            report.set("execution", execution);
            out.println(checks + (check ? " checks, " : " answers, ") + counters);
            execution.path("loaded").properties().forEach(file -> out.println("ran " + file.getKey() + " "
                + file.getValue().asText()));
        } finally {
            runs.forEach(ChallengeRun::close);
        }
        out.flush();
        if (json != null) {
            Files.writeString(json, report + "\n");
        }
        return ExitCode.OK;
    }

    private int answer(List<ChallengeRun> runs, ObjectNode report) {
        ArrayNode answers = report.putArray("answers");
        for (Challenge challenge : Challenge.parse(inputs)) {
            ArrayNode values = answers.addObject().putArray("values");
            for (ChallengeRun run : runs) {
                float[] logits = run.answer(challenge);
                for (int i = 0; i < KEPT; i++) {
                    values.add(Double.parseDouble(String.format(Locale.ROOT, "%.6g",
                        challenge.operation().weight() * logits[(int) ((long) i * logits.length / KEPT)])));
                }
            }
        }
        return answers.size();
    }

    private int compare(Path folder, List<String> names, List<ChallengeRun> runs) {
        int checks = 0;
        try (ChallengeRun reference = new ChallengeRun(folder, "reference", threads,
            Tuning.here())) {
            for (Challenge.Operation operation : Challenge.Operation.values()) {
                for (int size : CHECKED_SIZES) {
                    Challenge challenge = new Challenge(operation, size, seed + size);
                    float[] expected = reference.answer(challenge);
                    for (int i = 0; i < runs.size(); i++) {
                        double worst = compare(names.get(i), challenge, expected, runs.get(i).answer(challenge));
                        specification.commandLine().getOut().printf(Locale.ROOT,
                            "%s, %s of %d tokens: differs by %.1e%n", names.get(i), operation.word(), size, worst);
                        checks++;
                    }
                }
            }
        }
        return checks;
    }

    private double compare(String backend, Challenge challenge, float[] expected, float[] found) {
        double worst = 0;
        for (int id = 0; id < expected.length; id++) {
            double difference = Math.abs(found[id] - expected[id]) / Math.max(1, Math.abs(expected[id]));
            worst = Math.max(worst, difference);
            // Written so that NaN is a difference, too.
            if (!(difference <= tolerance)) {
                throw new CheckFailedException(String.format(Locale.ROOT,
                    "%s, %s of %d tokens: logit %d is %.4g, the reference says %.4g", backend,
                    challenge.operation().word(), challenge.size(), id, found[id], expected[id]));
            }
        }
        return worst;
    }

    private static List<String> backends() {
        List<String> names = new ArrayList<>();
        for (Backend backend : Backends.all()) {
            if (!backend.name().equals("reference")
                && backend.probe() instanceof Availability.Available(String device)) {
                // Another kernel would answer in their place, and nobody would know which was tested.
                if (device.contains("could not be built")) {
                    throw new CheckFailedException(device);
                }
                names.add(backend.name());
            }
        }
        if (names.isEmpty()) {
            throw new UnavailableException("no back end but the reference is available here");
        }
        return names;
    }
}
