package com.alphaheng.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// A command that only has others below it: by itself it is a misuse, and shows which there are.
abstract class CommandGroup implements Callable<Integer> {
    @Spec
    private CommandSpec specification;

    @Override
    public final Integer call() {
        specification.commandLine().usage(specification.commandLine().getErr());
        return ExitCode.USAGE;
    }
}
