package com.alphaheng.worker.job;

import java.nio.file.Path;
import java.util.Map;

/// Runs a benchmark's commands where nothing has to be proven of what runs.
record OpenRuns(AttemptContext context, Commands.Confinement confinement) implements Runs {
    @Override
    public StepResult run(String side, String what, String script, Path folder) throws EnvironmentFailure {
        return context.command("benchmark", what, script, folder, confinement);
    }

    @Override
    public Turns stay(String side, String what, String script, Path folder) throws EnvironmentFailure {
        return context.stay("benchmark", what, script, folder, confinement, Map.of());
    }
}
