package com.alphaheng.worker.job;

import java.util.Map;

/// Runs a benchmark's commands where nothing has to be proven of what runs.
record OpenRuns(AttemptContext context, Commands.Confinement confinement) implements Runs {
    @Override
    public StepResult run(MeasuredSide side, long seed) throws EnvironmentFailure {
        return context.command("benchmark", side.what(), side.script(), side.folder(), confinement,
                Map.of(SEED_VARIABLE, Long.toString(seed)));
    }

    @Override
    public Turns stay(MeasuredSide side) throws EnvironmentFailure {
        return context.stay("benchmark", side.what(), side.script(), side.folder(), confinement, Map.of());
    }
}
