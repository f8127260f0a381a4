package com.alphaheng.engine.cli;

import com.alphaheng.engine.quantize.QuantizeOptions;
import com.alphaheng.engine.quantize.Quantizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Converts a checkpoint to MMFP4.
@Command(name = "quantize", mixinStandardHelpOptions = true,
    description = "Converts a Hugging Face checkpoint (bf16, fp16, fp32) to an MMFP4 folder. Run again after an"
        + " interruption to go on.")
final class QuantizeCommand implements Callable<Integer> {

    @Spec
    private CommandSpec specification;

    @Parameters(index = "0", paramLabel = "SRC", description = "Folder of the checkpoint.")
    private Path source;

    @Parameters(index = "1", paramLabel = "DST", description = "Folder to write; created.")
    private Path destination;

    @Option(names = "--group", paramLabel = "N", defaultValue = "32",
        description = "Columns per scale: 32 (better) or 128 (smaller). Default: ${DEFAULT-VALUE}.")
    private int group;

    @Option(names = "--method", paramLabel = "M", defaultValue = "rtn",
        description = "rtn (round to nearest), search (least squared error per group) or gptq (calibrated on text"
            + " that the model writes itself; best, slowest). Default: ${DEFAULT-VALUE}.")
    private QuantizeOptions.Method method;

    @Option(names = "--head", description = "Also quantize lm_head: smaller, 1 to 2 % more perplexity.")
    private boolean head;

    @Option(names = "--threads", paramLabel = "N", defaultValue = "0", description = "Default: one per core.")
    private int threads;

    @Option(names = "--calibration-tokens", paramLabel = "N", defaultValue = "16384",
        description = "Tokens of text for gptq. Default: ${DEFAULT-VALUE}.")
    private int calibrationTokens;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Seed of that text.")
    private long seed;

    @Override
    public Integer call() throws IOException {
        QuantizeOptions options = new QuantizeOptions(group, method, head, threads, calibrationTokens, seed, 1L << 30);
        long start = System.nanoTime();
        long kept;
        try (ProgressBar bar = new ProgressBar()) {
            kept = Quantizer.run(source, destination, options, bar::at);
        }
        PrintWriter err = specification.commandLine().getErr();
        err.printf(Locale.ROOT, "Wrote %s in %.1f s.%n", destination, (System.nanoTime() - start) / 1e9);
        if (kept > 0) {
            err.printf("%d matrices stayed as they were: %d does not divide their columns%s.%n", kept, group,
                group == 128 ? "; --group 32 may" : "");
        }
        return ExitCode.OK;
    }
}
