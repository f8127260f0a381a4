package com.alphaheng.engine.cli;

import com.alphaheng.engine.synth.Synthesizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Writes a model of true shapes and meaningless weights.
@Command(name = "synth", mixinStandardHelpOptions = true,
    description = "Writes an MMFP4 folder with the true shapes of a model and meaningless, deterministic weights: for"
        + " measuring speed at full size. All of glm-4.7-flash takes 17.3 GB.")
final class SynthCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "MODEL", description = "glm-4.7-flash")
    private String model;

    @Parameters(index = "1", paramLabel = "DIR", description = "Folder to write; created.")
    private Path directory;

    @Option(names = "--layers", paramLabel = "N", defaultValue = "0",
        description = "Write so many decoder layers only, at least 2. Default: all of the model's.")
    private int layers;

    @Override
    public Integer call() throws IOException {
        if (layers == 1 || layers < 0) {
            throw new IllegalArgumentException("--layers must be at least 2: a dense layer and one with experts");
        }
        try (ProgressBar bar = new ProgressBar()) {
            Synthesizer.write(model, layers, directory, bar::at);
        }
        return ExitCode.OK;
    }
}
