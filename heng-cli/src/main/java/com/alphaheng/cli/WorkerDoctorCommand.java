package com.alphaheng.cli;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Looks at a worker's surroundings with the worker's own eyes, also while one runs.
@Command(name = "doctor", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Check what a worker with these settings needs on this machine: isolation, heat, folder, source, "
            + "broker, coordinator, agents. Exit status 2 if it could not work.")
final class WorkerDoctorCommand implements Callable<Integer> {
    @Mixin
    private WorkerOptions options;

    @Override
    public Integer call() throws IOException, InterruptedException {
        return options.program(options.credentials(), List.of("-Dquarkus.log.level=ERROR"), List.of("doctor")).start()
                .waitFor();
    }
}
