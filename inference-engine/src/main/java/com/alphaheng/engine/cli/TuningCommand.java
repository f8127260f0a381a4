package com.alphaheng.engine.cli;

import com.alphaheng.engine.backend.Tuning;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Shows or writes what suits this machine's chip.
@Command(name = "tuning", mixinStandardHelpOptions = true,
    description = "Shows the parameters in use on this machine's chip; with --write, enters values for the chip into a"
        + " tuning table of the source tree, which the next build reads.")
final class TuningCommand implements Callable<Integer> {

    @Spec
    private CommandSpec specification;

    @Option(names = "--set", paramLabel = "NAME=N,...", defaultValue = "", description = "Replaces values.")
    private String set;

    @Option(names = "--write", paramLabel = "FILE", description = "The table: inference-engine/src/main/resources/"
        + "tuning.json.")
    private Path file;

    @Override
    public Integer call() throws IOException {
        Tuning tuning = Tuning.here().with(set);
        PrintWriter out = specification.commandLine().getOut();
        out.println(Tuning.chip());
        new TreeMap<>(tuning.values()).forEach((name, value) -> out.printf("  %-20s %d%n", name, value));
        if (file != null) {
            tuning.write(file, Tuning.chip());
            out.println("written to " + file);
        }
        out.flush();
        return ExitCode.OK;
    }
}
