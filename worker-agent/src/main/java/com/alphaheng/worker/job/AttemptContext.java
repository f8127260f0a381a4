package com.alphaheng.worker.job;

import com.alphaheng.protocol.AttemptId;
import com.alphaheng.protocol.AttemptResult;
import com.alphaheng.protocol.AttemptResult.Metric;
import com.alphaheng.protocol.JobSpec;
import com.alphaheng.spec.TaskSpec;
import com.alphaheng.worker.job.measure.Heat;
import com.alphaheng.worker.job.measure.MetricsDocument;
import com.alphaheng.worker.job.measure.ThermalGate;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// What the steps of one attempt share: who it is, where it stops, and how it runs its commands.
///
/// @param deadline by the clock of the time awake
record AttemptContext(AttemptId attempt, JobSpec job, StopSwitch stop, AttemptOutput output, Consumer<String> stages,
                      Instant deadline, Clocks clocks, StayingCommands commands,
                      JobSettings settings, KeptFiles kept, ThermalGate gate) {

    void stage(String name) {
        stages.accept(name);
    }

    void say(String text) {
        output.line("worker", text);
    }

    Duration timeLeft() {
        return Duration.between(clocks.awake().instant(), deadline);
    }

    /// The same attempt with at most this much time, telling somebody else.
    AttemptContext within(Duration limit, AttemptOutput other) {
        Instant end = clocks.awake().instant().plus(limit);
        return new AttemptContext(attempt, job, stop, other, stages, end.isBefore(deadline) ? end : deadline, clocks,
                commands, settings, kept, gate);
    }

    /// What a command in this folder gets. A confined one keeps its builds to itself: what others run must not come
    /// from what it may have changed.
    Map<String, String> environment(Path folder, Commands.Confinement confinement) {
        Map<String, String> environment = new HashMap<>();
        environment.put("HENG_CAMPAIGN", attempt.campaign());
        environment.put("HENG_TASK", attempt.task());
        environment.put("HENG_EPOCH", Integer.toString(attempt.epoch()));
        environment.put("HENG_BUILD_CACHE", (confinement instanceof Commands.Confinement.Open ? settings.buildCache()
                : folder.resolve(".heng/builds")).toString());
        return environment;
    }

    /// Keeps what the task declares as artifacts.
    void keep(Path folder) {
        kept.keep(folder, job.task().artifacts(), this::say);
    }

    /// A line that tells this task's commits, while it asks for the same, from all others.
    String mark() {
        TaskSpec task = job.task();
        byte[] definition = List.of(task.prompt(), task.verifyCommand(), task.benchmark(), task.tune(), task.touches())
                .toString().getBytes(StandardCharsets.UTF_8);
        try {
            return Integration.TASK_MARK + attempt.taskKey() + " " + HexFormat.of().formatHex(MessageDigest
                    .getInstance("SHA-256").digest(definition), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    /// For folders and messages.
    String label() {
        return attempt.campaign() + "-" + attempt.task() + "-" + attempt.epoch();
    }

    /// Runs a command cut off from the network and the rest of the disk, in the time that is left.
    Commands.Outcome sealed(String source, String script, Path folder, Map<String, String> more,
                            Optional<Duration> limit) throws EnvironmentFailure {
        Map<String, String> environment = environment(folder, Commands.Confinement.SEALED);
        environment.putAll(more);
        Duration left = mostTime();
        Duration time = limit.filter(most -> most.compareTo(left) < 0).orElse(left);
        return commands.run(new Commands.Request(source, script, folder, environment, time, Optional.empty(),
                Commands.Confinement.SEALED), stop, output);
    }

    /// Runs a shell command of the task and turns what happened into a step's result with its metrics.
    StepResult command(String source, String what, String script, Path folder, Commands.Confinement confinement)
            throws EnvironmentFailure {
        return command(source, what, script, folder, confinement, Map.of());
    }

    /// @param more variables for its environment
    StepResult command(String source, String what, String script, Path folder, Commands.Confinement confinement,
                       Map<String, String> more) throws EnvironmentFailure {
        Duration left = timeLeft();
        if (!left.isPositive()) {
            return timedOut();
        }
        Map<String, String> environment = environment(folder, confinement);
        environment.putAll(more);
        Commands.Outcome outcome = commands.run(new Commands.Request(source, script, folder, environment, left,
                Optional.empty(), confinement), stop, output);
        return result(what, outcome);
    }

    /// Starts a shell command that stays for several turns.
    ///
    /// @param more variables for its environment
    CommandTurns stay(String source, String what, String script, Path folder, Commands.Confinement confinement,
                      Map<String, String> more) throws EnvironmentFailure {
        Map<String, String> environment = environment(folder, confinement);
        environment.putAll(more);
        environment.put(StayingCommands.TURNS_VARIABLE, "1");
        return new CommandTurns(this, what, commands.stay(new Commands.Request(source, script, folder, environment,
                mostTime(), Optional.empty(), confinement), stop, output));
    }

    private Duration mostTime() {
        return timeLeft().isPositive() ? timeLeft() : Duration.ofMillis(1);
    }

    /// What became of a command, with its metrics.
    StepResult result(String what, Commands.Outcome outcome) {
        return switch (outcome) {
            case Commands.Killed killed -> killed(what, killed);
            case Commands.Exited exited -> exited(what, exited);
        };
    }

    /// Waits until heat does not slow the machine down.
    ///
    /// @throws StepEnded if the attempt was stopped meanwhile, or its time is over
    Heat coolMachine() throws EnvironmentFailure, StepEnded {
        return switch (gate.pass(stop, timeLeft())) {
            case ThermalGate.Passage.Free free -> free.heat();
            case ThermalGate.Passage.Stopped _ -> throw new StepEnded(stopped());
            case ThermalGate.Passage.TooHot tooHot -> {
                if (!timeLeft().isPositive()) {
                    throw new StepEnded(timedOut());
                }
                throw new EnvironmentFailure(EnvironmentFailure.Code.TOO_HOT, "no benchmark while this machine is "
                        + tooHot.heat().describe(), "let it cool down, or raise heng.worker.thermal-wait");
            }
        };
    }

    StepResult killed(String what, Commands.Killed killed) {
        String last = FailureReason.lastMeaningful(killed.lastLines());
        return switch (killed.cause()) {
            case TIME_LIMIT -> timedOut();
            case STOPPED -> stopped();
            case SILENCE -> StepResult.failed(AttemptResult.Outcome.AGENT_FAILED,
                    what + " printed nothing for too long and was killed as hung; last: " + last);
            case STALLED -> StepResult.failed(AttemptResult.Outcome.TIMED_OUT, what + " printed nothing and used no "
                    + "processor time for too long, and was killed as hung; if it may wait that long, raise "
                    + "heng.worker.standstill; last: " + last);
            case DISK_QUOTA -> StepResult.failed(AttemptResult.Outcome.ENVIRONMENT_FAILED,
                    what + " was killed: its checkout and temporary files outgrew the worker's disk quota; write less, "
                    + "or raise heng.worker.disk-quota; last: " + last);
        };
    }

    StepResult timedOut() {
        return StepResult.failed(AttemptResult.Outcome.TIMED_OUT, "took longer than its timeout of "
                + readable(job.task().timeout())
                + " and was killed; raise `timeout:` of the task if that is too short");
    }

    StepResult stopped() {
        return stop.reason().filter(reason -> reason == StopReason.LEASE_LOST).isPresent()
                ? StepResult.failed(AttemptResult.Outcome.ENVIRONMENT_FAILED,
                "the coordinator could not be reached for "
                        + "longer than the lease, so the agent was stopped before spending unseen")
                : StepResult.failed(AttemptResult.Outcome.STOPPED, "stopped before it ended");
    }

    private StepResult exited(String what, Commands.Exited exited) {
        Optional<Integer> status = Optional.of(exited.status());
        List<Metric> metrics = List.of();
        try {
            if (exited.metrics().isPresent()) {
                metrics = MetricsDocument.parse(exited.metrics().get());
            }
        } catch (MetricsDocument.BadMetrics e) {
            return new StepResult(AttemptResult.Outcome.VERIFICATION_FAILED, what + ": " + e.getMessage(), status,
                    List.of());
        }
        if (exited.status() != 0) {
            return new StepResult(AttemptResult.Outcome.VERIFICATION_FAILED,
                    FailureReason.of(what, exited.status(), exited.lastLines()), status, metrics);
        }
        return StepResult.passed(status, metrics);
    }

    /// "90s", "10m", "1h30m": as task files write durations.
    static String readable(Duration duration) {
        return duration.toString().substring(2).toLowerCase(java.util.Locale.ROOT);
    }
}
