package com.alphaheng.worker.job;

import com.alphaheng.protocol.AttemptResult.Outcome;
import com.alphaheng.worker.job.measure.MetricsDocument;
import java.util.List;
import java.util.Optional;

/// A shell command that measures whenever it is its turn, and what its answers mean for the attempt.
final class CommandTurns implements Runs.Turns {
    private final AttemptContext context;
    private final String what;
    private final StayingCommands.Staying command;
    private Optional<String> lastAnswer = Optional.empty();

    /// @param what names the command in messages
    CommandTurns(AttemptContext context, String what, StayingCommands.Staying command) {
        this.context = context;
        this.what = what;
        this.command = command;
    }

    @Override
    public StepResult turn(long seed) throws EnvironmentFailure {
        return switch (command.turn(seed)) {
            case StayingCommands.Answer.Given(String metrics) -> {
                lastAnswer = Optional.of(metrics);
                try {
                    yield StepResult.passed(Optional.empty(), MetricsDocument.parse(metrics));
                } catch (MetricsDocument.BadMetrics e) {
                    yield StepResult.failed(Outcome.VERIFICATION_FAILED, what + ": " + e.getMessage());
                }
            }
            case StayingCommands.Answer.Broken(String why) ->
                    StepResult.failed(Outcome.VERIFICATION_FAILED, what + " " + why);
            case StayingCommands.Answer.Ended _ -> gone();
        };
    }

    /// The metrics of its last turn.
    Optional<String> lastAnswer() {
        return lastAnswer;
    }

    @Override
    public StepResult end() throws EnvironmentFailure {
        return switch (command.end()) {
            case Commands.Killed killed -> context.killed(what, killed);
            case Commands.Exited exited when exited.status() == 0 -> StepResult.passed(Optional.of(0), List.of());
            case Commands.Exited exited -> new StepResult(Outcome.VERIFICATION_FAILED,
                    FailureReason.of(what, exited.status(), exited.lastLines()), Optional.of(exited.status()),
                    List.of());
        };
    }

    private StepResult gone() throws EnvironmentFailure {
        StepResult ended = end();
        return ended.succeeded() ? StepResult.failed(Outcome.VERIFICATION_FAILED, what + " ended before its turns were "
                + "over; with `turns:` it must read a line of standard input for each, until there are no more, and "
                + "add a line of metrics to $HENG_METRICS (`./marlin bench ${HENG_TURNS:+--turns}` does)") : ended;
    }

    @Override
    public void close() {
        command.close();
    }
}
