package com.alphaheng.engine.cli;

import com.alphaheng.engine.Engine;
import com.alphaheng.engine.parity.Goldens;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Records reference results for `parity`.
@Command(name = "goldens", mixinStandardHelpOptions = true,
    description = "Records what a back end (use --backend reference) finds for the prompts of another goldens file.")
final class GoldensCommand implements Callable<Integer> {

    @Mixin
    private ModelOptions model;

    @Option(names = "--prompts", required = true, paramLabel = "FILE", description = "Goldens file with the prompts.")
    private Path prompts;

    @Parameters(paramLabel = "FILE", description = "Goldens file to write.")
    private Path file;

    @Override
    public Integer call() throws IOException {
        try (Engine engine = model.open()) {
            Goldens.write(engine, Goldens.read(prompts).stream().map(Goldens.Prompt::tokens).toList(), file);
        }
        return ExitCode.OK;
    }
}
