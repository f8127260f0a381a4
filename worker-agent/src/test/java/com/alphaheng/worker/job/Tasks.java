package com.alphaheng.worker.job;

import com.alphaheng.protocol.JobSpec;
import com.alphaheng.spec.BenchmarkSpec;
import com.alphaheng.spec.Budget;
import com.alphaheng.spec.Category;
import com.alphaheng.spec.Priority;
import com.alphaheng.spec.Requirements;
import com.alphaheng.spec.RetryPolicy;
import com.alphaheng.spec.SourceLocation;
import com.alphaheng.spec.TaskKind;
import com.alphaheng.spec.TaskSpec;
import com.alphaheng.spec.TuneSpec;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Jobs for tests.
public final class Tasks {
    private Tasks() {
    }

    public static JobSpec verify(String command) {
        return job(TaskKind.VERIFY, Optional.of(command), Optional.empty(), Duration.ofMinutes(10));
    }

    /// A change by one backend.
    public static JobSpec agent(String backend, String prompt, String verify) {
        return new JobSpec(new TaskSpec("t", prompt, Priority.P0, List.of(), Optional.of(verify), TaskKind.AGENT,
                Category.OTHER, Requirements.NONE, List.of(backend), Duration.ofMinutes(5), RetryPolicy.DEFAULT,
                List.of(), Budget.NONE, Optional.empty(), List.of(), new SourceLocation("tasks.yaml", 2, 5)),
                Optional.empty());
    }

    /// A search whose best configuration becomes a change.
    public static JobSpec tune(TuneSpec search, BenchmarkSpec benchmark, String verify) {
        return new JobSpec(new TaskSpec("t", "", Priority.P0, List.of(), Optional.of(verify), TaskKind.TUNE,
                Category.OTHER, Requirements.NONE, List.of(), Duration.ofMinutes(5), RetryPolicy.DEFAULT, List.of(),
                Budget.NONE, Optional.of(benchmark), Optional.of(search), List.of(),
                new SourceLocation("tasks.yaml", 2, 5)), Optional.empty());
    }

    public static JobSpec benchmark(BenchmarkSpec benchmark, Optional<String> verify) {
        return job(TaskKind.BENCHMARK, verify, Optional.of(benchmark), Duration.ofHours(1));
    }

    public static JobSpec job(TaskKind kind, Optional<String> verify, Optional<BenchmarkSpec> benchmark,
                              Duration timeout) {
        return new JobSpec(new TaskSpec("t", "make it fast", Priority.P0, List.of(), verify, kind, Category.OTHER,
                Requirements.NONE, List.of(), timeout, RetryPolicy.DEFAULT, List.of(), Budget.NONE, benchmark,
                List.of(), new SourceLocation("tasks.yaml", 2, 5)), Optional.empty());
    }
}
