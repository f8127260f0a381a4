package com.alphaheng.worker.job;

import com.alphaheng.protocol.AttemptId;
import com.alphaheng.protocol.AttemptResult;
import com.alphaheng.protocol.ExecutedBuild;
import com.alphaheng.protocol.JobSpec;
import com.alphaheng.protocol.Trial;
import com.alphaheng.spec.TaskKind;
import com.alphaheng.spec.TaskSpec;
import com.alphaheng.spec.TuneSpec;
import com.alphaheng.worker.job.agent.Usage;
import com.alphaheng.worker.job.measure.ThermalGate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Runs one attempt from checkout to verdict. Knows no processes, files or messages: those are ports.
public final class AttemptRunner {
    private static final String NO_BACKEND = "no agent backend here: verified the engine as it stands";

    private final Checkouts checkouts;
    private final StayingCommands commands;
    private final AgentParts agents;
    private final JobSettings settings;
    private final Clocks clocks;
    private final ArtifactShelf shelf;

    public AttemptRunner(Checkouts checkouts, StayingCommands commands, AgentParts agents, JobSettings settings,
                         Clocks clocks, ArtifactShelf shelf) {
        this.checkouts = checkouts;
        this.commands = commands;
        this.agents = agents;
        this.settings = settings;
        this.clocks = clocks;
        this.shelf = shelf;
    }

    /// Never throws for what can be expected to fail; the result says it.
    ///
    /// @param stages told when a stage begins: preparing, running agent, benchmarking, verifying, merging
    public AttemptResult run(AttemptId attempt, JobSpec job, StopSwitch stop, AttemptOutput output,
                             Consumer<String> stages) {
        Instant start = clocks.wall().instant();
        AttemptContext context = new AttemptContext(attempt, job, stop, output, stages,
                clocks.awake().instant().plus(job.task().timeout()), clocks, commands, settings,
                new KeptFiles(shelf), new ThermalGate(settings.thermometer(), settings.thermalGate(), clocks.awake(),
                line -> output.line("worker", line)));
        String commit = job.commit().orElse("");
        Usage used = Usage.NONE;
        Optional<ExecutedBuild> executed = Optional.empty();
        StepResult result;
        List<Trial> trials = List.of();
        context.stage("preparing");
        try {
            if (share(job.task())) {
                try (Checkouts.Checkout checkout = checkouts.checkout(context.label(),
                        Optional.of(agents.integration().tip(attempt.campaign(), job.commit())))) {
                    commit = checkout.commit();
                    context.say("checked out " + commit);
                    ShareStep step = new ShareStep(context, checkout.folder());
                    result = step.run();
                    trials = step.trials();
                }
            } else if (changes(job.task())) {
                AgentStep step = new AgentStep(context, agents, checkouts);
                try {
                    result = step.run();
                } finally {
                    commit = step.commit();
                    used = step.used();
                    executed = step.executed();
                    trials = step.trials();
                }
            } else {
                try (Checkouts.Checkout checkout = checkouts.checkout(context.label(), job.commit())) {
                    commit = checkout.commit();
                    context.say("checked out " + commit);
                    try {
                        result = steps(context, checkout);
                    } finally {
                        context.keep(checkout.folder());
                    }
                }
            }
        } catch (EnvironmentFailure e) {
            result = StepResult.failed(AttemptResult.Outcome.ENVIRONMENT_FAILED, e.getMessage());
        }
        if (stop.reason().isPresent() && !result.succeeded()) {
            result = context.stopped().withMetrics(result.metrics());
        }
        result = result.withUsage(used);
        context.say(result.succeeded() ? "succeeded" : result.outcome() + ": " + result.reason());
        return new AttemptResult(result.outcome(), result.reason(), result.exitStatus(), start, clocks.wall().instant(),
                result.metrics(), commit, settings.machine(), context.kept().all(), trials,
                executed);
    }

    /// Whether it only measures a part of a search that is spread over workers.
    private static boolean share(TaskSpec task) {
        return task.kind() == TaskKind.TUNE && task.benchmark().isPresent()
                && task.tune().flatMap(TuneSpec::share).isPresent();
    }

    private boolean changes(TaskSpec task) {
        return switch (task.kind()) {
            case AGENT -> !agents.candidates(task).isEmpty();
            case TUNE -> task.tune().isPresent() && task.benchmark().isPresent();
            case VERIFY, BENCHMARK -> false;
        };
    }

    private StepResult steps(AttemptContext context, Checkouts.Checkout checkout) throws EnvironmentFailure {
        TaskSpec task = context.job().task();
        return switch (task.kind()) {
            case VERIFY -> verify(context, checkout);
            case BENCHMARK -> benchmark(context, checkout);
            case AGENT -> {
                context.say(NO_BACKEND);
                StepResult verified = verify(context, checkout);
                yield verified.succeeded() ? verified.because(NO_BACKEND) : verified;
            }
            case TUNE -> StepResult.failed(AttemptResult.Outcome.VERIFICATION_FAILED,
                    "a search needs `tune:` and `benchmark:` (" + task.location() + ")");
        };
    }

    private StepResult benchmark(AttemptContext context, Checkouts.Checkout checkout) throws EnvironmentFailure {
        TaskSpec task = context.job().task();
        if (task.benchmark().isEmpty()) {
            return StepResult.failed(AttemptResult.Outcome.VERIFICATION_FAILED,
                    "a benchmark task needs a `benchmark:` that says what to measure (" + task.location() + ")");
        }
        StepResult measured = new BenchmarkStep(context, task.benchmark().get(), checkout.folder(), checkout.folder())
                .run();
        if (!measured.succeeded() || task.verifyCommand().isEmpty()) {
            return measured;
        }
        return verify(context, checkout).after(measured);
    }

    private StepResult verify(AttemptContext context, Checkouts.Checkout checkout) throws EnvironmentFailure {
        Optional<String> command = context.job().task().verifyCommand();
        if (command.isEmpty()) {
            return StepResult.failed(AttemptResult.Outcome.VERIFICATION_FAILED,
                    "nothing to run: the task has no `verify_command`, and no agent backend is configured here");
        }
        context.stage("verifying");
        return context.command("verify", "the verify command", command.get(), checkout.folder(),
                Commands.Confinement.OPEN);
    }
}
