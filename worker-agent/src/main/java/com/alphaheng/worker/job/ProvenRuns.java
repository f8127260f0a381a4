package com.alphaheng.worker.job;

import com.alphaheng.protocol.AttemptResult.Outcome;
import com.alphaheng.worker.job.seal.ExecutionProof;
import com.alphaheng.worker.job.seal.Rejection;
import com.alphaheng.worker.job.seal.RunningCode;
import com.alphaheng.worker.job.seal.RunningCode.LoadedFile;
import java.time.Duration;
import java.time.Instant;
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
    public StepResult run(MeasuredSide side, long seed) throws EnvironmentFailure {
        String drawn = Long.toString(seed);
        Optional<Rejection> unfit = unfit();
        if (unfit.isPresent()) {
            return rejected(unfit.get());
        }
        if (!proof.demanded()) {
            return context.command("benchmark", side.what(), side.script(), side.folder(),
                    Commands.Confinement.SEALED, Map.of(SEED_VARIABLE, drawn));
        }
        String run = UUID.randomUUID().toString();
        RunningCode.Look look = proof.running().begin(run);
        Set<LoadedFile> loaded = Set.of();
        Commands.Outcome outcome;
        try {
            outcome = context.sealed("benchmark", side.script(), side.folder(),
                    Map.of(RunningCode.RUN_VARIABLE, run, SEED_VARIABLE, drawn), Optional.empty());
        } finally {
            loaded = look.end();
        }
        StepResult result = context.result(side.what(), outcome);
        if (!(outcome instanceof Commands.Exited exited)) {
            return result;
        }
        return ran(side, result, exited.metrics(), loaded, exited.elapsed());
    }

    @Override
    public Turns stay(MeasuredSide side) throws EnvironmentFailure, StepEnded {
        Optional<Rejection> unfit = unfit();
        if (unfit.isPresent()) {
            throw new StepEnded(rejected(unfit.get()));
        }
        String run = UUID.randomUUID().toString();
        CommandTurns turns = context.stay("benchmark", side.what(), side.script(), side.folder(),
                Commands.Confinement.SEALED, Map.of(RunningCode.RUN_VARIABLE, run));
        return proof.demanded() ? new ProvenTurns(side, turns, proof.running().begin(run)) : turns;
    }

    /// Looked at from its start to its end; its last answer is held against what it was built of.
    private final class ProvenTurns implements Turns {
        private final MeasuredSide side;
        private final CommandTurns turns;
        private final RunningCode.Look look;
        private final Instant start = context.clocks().awake().instant();

        ProvenTurns(MeasuredSide side, CommandTurns turns, RunningCode.Look look) {
            this.side = side;
            this.turns = turns;
            this.look = look;
        }

        @Override
        public StepResult turn(long seed) throws EnvironmentFailure {
            return turns.turn(seed);
        }

        @Override
        public StepResult end() throws EnvironmentFailure {
            StepResult ended = turns.end();
            Duration elapsed = Duration.between(start, context.clocks().awake().instant());
            return ran(side, ended, turns.lastAnswer(), look.end(), elapsed);
        }

        @Override
        public void close() {
            turns.close();
            look.end();
        }
    }

    private Optional<Rejection> unfit() {
        return proof.sourcesStay().or(proof::differs).or(proof::untouched);
    }

    private StepResult ran(MeasuredSide side, StepResult result, Optional<String> metrics, Set<LoadedFile> loaded,
                           Duration elapsed) {
        if (side.isBase()) {
            proof.baseRan(metrics, loaded);
            return result;
        }
        candidateRan = candidateRan.plus(elapsed);
        // A candidate that fails is told why it failed first.
        return result.succeeded() ? proof.candidateRan(metrics, loaded).map(ProvenRuns::rejected).orElse(result)
                : result;
    }

    /// After the last run.
    Optional<StepResult> neverSeen() {
        return candidateRan.compareTo(LONG_ENOUGH) < 0 ? Optional.empty() : proof.neverSeen().map(ProvenRuns::rejected);
    }

    private static StepResult rejected(Rejection rejection) {
        return StepResult.failed(Outcome.AGENT_FAILED, "rejected, " + rejection.describe());
    }
}
