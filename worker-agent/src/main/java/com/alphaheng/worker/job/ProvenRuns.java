package com.alphaheng.worker.job;

import com.alphaheng.protocol.AttemptResult.Outcome;
import com.alphaheng.worker.job.seal.ExecutionProof;
import com.alphaheng.worker.job.seal.Rejection;
import com.alphaheng.worker.job.seal.RunningCode;
import com.alphaheng.worker.job.seal.RunningCode.LoadedFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// Runs a benchmark's commands with proof that the base's runs are of the base's build and the candidate's of its own:
/// nothing that was built changes between verification and the last run, and what runs is looked at meanwhile.
final class ProvenRuns implements Runs {
    /// A program that ran for so long must have been seen by the looks at it.
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(3);

    private final AttemptContext context;
    private final ExecutionProof proof;
    private Duration candidateRan = Duration.ZERO;

    ProvenRuns(AttemptContext context, ExecutionProof proof) {
        this.context = context;
        this.proof = proof;
    }

    @Override
    public StepResult run(String side, String what, String script, Path folder) throws EnvironmentFailure {
        if (!proof.demanded()) {
            return context.command("benchmark", what, script, folder, Commands.Confinement.SEALED);
        }
        Optional<Rejection> unfit = proof.differs().or(proof::untouched);
        if (unfit.isPresent()) {
            return rejected(unfit.get());
        }
        String run = UUID.randomUUID().toString();
        RunningCode.Look look = proof.running().begin(run);
        Set<LoadedFile> loaded = Set.of();
        Commands.Outcome outcome;
        try {
            outcome = context.sealed("benchmark", script, folder, Map.of(RunningCode.RUN_VARIABLE, run),
                    Optional.empty());
        } finally {
            loaded = look.end();
        }
        StepResult result = context.result(what, outcome);
        if (!(outcome instanceof Commands.Exited exited)) {
            return result;
        }
        if (side.equals("base")) {
            proof.baseRan(exited.metrics(), loaded);
            return result;
        }
        candidateRan = candidateRan.plus(exited.elapsed());
        // A candidate that fails is told why it failed first.
        return result.succeeded() ? proof.candidateRan(exited.metrics(), loaded).map(ProvenRuns::rejected)
                .orElse(result) : result;
    }

    /// After the last run.
    Optional<StepResult> neverSeen() {
        return candidateRan.compareTo(LONG_ENOUGH) < 0 ? Optional.empty() : proof.neverSeen().map(ProvenRuns::rejected);
    }

    private static StepResult rejected(Rejection rejection) {
        return StepResult.failed(Outcome.AGENT_FAILED, "rejected, " + rejection.describe());
    }
}
