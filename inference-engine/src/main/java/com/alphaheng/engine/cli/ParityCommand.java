package com.alphaheng.engine.cli;

import com.alphaheng.engine.Engine;
import com.alphaheng.engine.bench.BenchPrompts;
import com.alphaheng.engine.graph.Optimizations;
import com.alphaheng.engine.parity.Goldens;
import com.alphaheng.engine.parity.ParityCheck;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Checks that a back end and a rung compute what they should.
@Command(name = "parity", mixinStandardHelpOptions = true,
    description = "Checks a back end against the reference results that lie with the model (goldens.safetensors), and"
        + " the greedy tokens of a rung against those of the baseline. Exit code 1 when something differs.")
final class ParityCommand implements Callable<Integer> {

    @Spec
    private CommandSpec specification;

    @Mixin
    private ModelOptions model;

    @Mixin
    private RungOptions rung;

    @Option(names = "--goldens", paramLabel = "FILE",
        description = "Reference results (default: goldens.safetensors in the model's folder).")
    private Path goldens;

    @Option(names = "--tolerance", paramLabel = "X", defaultValue = "0.05",
        description = "Largest difference of a logit. Default: ${DEFAULT-VALUE}.")
    private float tolerance;

    @Option(names = "--tokens", paramLabel = "N", defaultValue = "96",
        description = "Tokens generated for the comparison with the baseline. Default: ${DEFAULT-VALUE}.")
    private int tokens;

    @Override
    public Integer call() {
        Optimizations optimizations = rung.optimizations();
        Path file = goldens != null ? goldens : model.directory().resolve("goldens.safetensors");
        ParityCheck check = new ParityCheck();
        boolean recorded = goldens != null || Files.exists(file);
        List<Goldens.Prompt> prompts = recorded ? Goldens.read(file) : List.of();
        try (Engine engine = model.open(optimizations)) {
            // Reference results hold for the cache format that they were made with.
            if (recorded && !engine.options().optimizations().cacheFormat().quantized()) {
                check.goldens(engine, prompts, tolerance);
            }
            againstBaseline(engine, prompts, check);
            if (engine.options().optimizations().drafts() > 0) {
                withoutDrafts(engine, prompts, check);
            }
        }
        PrintWriter out = specification.commandLine().getOut();
        check.passed().forEach(line -> out.println("ok      " + line));
        check.failed().forEach(line -> out.println("WRONG   " + line));
        out.flush();
        if (!check.failed().isEmpty()) {
            throw new CheckFailedException(check.failed().size() + " of "
                + (check.failed().size() + check.passed().size()) + " checks failed");
        }
        return ExitCode.OK;
    }

    /// Drafts must not change a token, whatever rounding does.
    private void withoutDrafts(Engine engine, List<Goldens.Prompt> prompts, ParityCheck check) {
        try (Engine plain = model.open(engine.options().optimizations().withDrafts(0))) {
            List<int[]> inputs = inputs(engine, prompts);
            for (int i = 0; i < inputs.size(); i++) {
                check.same("prompt " + i + ": " + rung.name() + " against the same without drafts",
                    Goldens.greedy(plain, inputs.get(i), tokens), Goldens.greedy(engine, inputs.get(i), tokens));
            }
        }
    }

    private static List<int[]> inputs(Engine engine, List<Goldens.Prompt> prompts) {
        return prompts.isEmpty() ? List.of(new BenchPrompts(engine, 0).draw(0, 32))
            : prompts.stream().map(Goldens.Prompt::tokens).toList();
    }

    /// The same back end and cache format, plain operations, a wait after each: what the rung must reproduce.
    private void againstBaseline(Engine engine, List<Goldens.Prompt> prompts, ParityCheck check) {
        Optimizations baseline = Optimizations.baseline()
            .withCacheFormat(engine.options().optimizations().cacheFormat());
        if (engine.options().optimizations().equals(baseline)) {
            return;
        }
        try (Engine plain = model.open(baseline)) {
            List<int[]> inputs = inputs(engine, prompts);
            for (int i = 0; i < inputs.size(); i++) {
                check.continuation("prompt " + i + ": " + rung.name() + " against the baseline", engine, inputs.get(i),
                    Goldens.greedy(plain, inputs.get(i), tokens), Goldens.greedy(engine, inputs.get(i), tokens),
                    tolerance);
            }
        }
    }
}
