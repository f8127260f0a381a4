package com.alphaheng.coordinator.rest;

import com.alphaheng.coordinator.roadmap.Attempt;
import com.alphaheng.coordinator.roadmap.BlockingReason;
import com.alphaheng.coordinator.roadmap.Task;
import com.alphaheng.coordinator.roadmap.TaskStatus;
import com.alphaheng.protocol.Artifact;
import com.alphaheng.protocol.AttemptResult;
import com.alphaheng.protocol.ExecutedBuild;
import com.alphaheng.protocol.Trial;
import com.alphaheng.spec.BenchmarkSpec;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// A task with everything there is to know about it.
///
/// @param blockedBy dependencies that have not succeeded
public record TaskDetail(@JsonUnwrapped TaskRow row, String prompt, Optional<String> verifyCommand,
                         Optional<BenchmarkSpec> benchmark, List<String> dependents, List<AttemptRow> attemptsDetail,
                         List<String> blockedBy) {
    /// One try.
    ///
    /// @param outcome what the worker reported, or LOST or CANCELLED when the coordinator ended it
    /// @param chip    of the worker, for searches that are spread over workers
    /// @param trials  what a search, or a share of one, measured
    public record AttemptRow(int epoch, String worker, String incarnation, Instant assignedAt,
                             Optional<Instant> startedAt, Optional<Instant> finishedAt, String stage,
                             Optional<String> outcome, String reason, Optional<Integer> exitStatus,
                             List<AttemptResult.Metric> metrics, String commit, String machine,
                             List<Artifact> artifacts, Optional<String> chip, List<Trial> trials,
                             Optional<ExecutedBuild> executed) {
        static AttemptRow of(Attempt attempt) {
            Optional<AttemptResult> result = attempt.result();
            Optional<String> outcome = attempt.fate() == Attempt.Fate.RUNNING ? Optional.empty()
                    : Optional.of(result.map(known -> known.outcome().name()).orElse(attempt.fate().name()));
            return new AttemptRow(attempt.id().epoch(), attempt.worker(), attempt.incarnation(), attempt.assignedAt(),
                    attempt.startedAt(), attempt.finishedAt(), attempt.stage(), outcome, attempt.reason(),
                    result.flatMap(AttemptResult::exitStatus), result.map(AttemptResult::metrics).orElse(List.of()),
                    result.map(AttemptResult::commit).orElse(""), result.map(AttemptResult::machine).orElse(""),
                    result.map(AttemptResult::artifacts).orElse(List.of()), attempt.chip(),
                    result.map(AttemptResult::trials).orElse(List.of()), result.flatMap(AttemptResult::executed));
        }
    }

    static TaskDetail of(Task task, BlockingReason reasons, int layer) {
        return new TaskDetail(TaskRow.of(task, reasons, layer), task.spec().prompt(), task.spec().verifyCommand(),
                task.spec().benchmark(), task.dependents().stream().map(Task::name).toList(),
                task.attempts().stream().map(AttemptRow::of).toList(),
                task.dependencies().stream().filter(dependency -> dependency.status() != TaskStatus.SUCCEEDED)
                        .map(Task::name).toList());
    }
}
