package com.alphaheng.worker.job;

import com.alphaheng.protocol.AttemptResult.Metric;
import com.alphaheng.protocol.AttemptResult.Outcome;
import com.alphaheng.protocol.ExecutedBuild;
import com.alphaheng.protocol.Trial;
import com.alphaheng.spec.BenchmarkSpec;
import com.alphaheng.spec.TaskKind;
import com.alphaheng.spec.TaskSpec;
import com.alphaheng.worker.job.Checkouts.Checkout;
import com.alphaheng.worker.job.EnvironmentFailure.Code;
import com.alphaheng.worker.job.Integration.Merged;
import com.alphaheng.worker.job.agent.AgentBackend;
import com.alphaheng.worker.job.agent.AgentFailure;
import com.alphaheng.worker.job.agent.AgentRouter;
import com.alphaheng.worker.job.agent.AgentRun;
import com.alphaheng.worker.job.agent.Usage;
import com.alphaheng.worker.job.measure.MetricsDocument;
import com.alphaheng.worker.job.seal.CommandFiles;
import com.alphaheng.worker.job.seal.ExecutionProof;
import com.alphaheng.worker.job.seal.SealPolicy;
import com.alphaheng.worker.job.seal.SealedVerdict;
import com.alphaheng.worker.job.seal.SealedVerification;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Lets a backend change the source, then treats the change as a stranger's: sealed verification in fresh checkouts,
/// measurement against the base, a second measurement before a win counts, and the same again on the tip of the
/// integration branch if that moved meanwhile. Only then does the branch advance.
final class AgentStep {
    private static final int MOST_REBASES = 5;
    private static final int MOST_BACKENDS = 4;

    private final AttemptContext context;
    private final AgentParts parts;
    private final Checkouts checkouts;
    private final TaskSpec task;
    private final String campaign;
    private final Optional<TuneBackend> search;
    private final ChangeByAgent changes;
    private String commit = "";
    private Optional<ExecutedBuild> executed = Optional.empty();

    AgentStep(AttemptContext context, AgentParts parts, Checkouts checkouts) {
        this.search = context.job().task().kind() == TaskKind.TUNE
                ? Optional.of(new TuneBackend(context)) : Optional.empty();
        this.context = context;
        this.parts = parts;
        this.checkouts = checkouts;
        this.changes = new ChangeByAgent(context, parts, checkouts);
        this.task = context.job().task();
        this.campaign = context.attempt().campaign();
    }

    /// The commit that was tested last; the merged one after success.
    String commit() {
        return commit;
    }

    /// What that commit was built to, as far as it ran.
    Optional<ExecutedBuild> executed() {
        return executed;
    }

    /// What a search measured in this attempt.
    List<Trial> trials() {
        return search.map(TuneBackend::measured).orElse(List.of());
    }

    StepResult run() throws EnvironmentFailure {
        StepResult result = tryBackends();
        if (search.isEmpty()) {
            return result;
        }
        List<Metric> all = new ArrayList<>(result.metrics());
        all.addAll(search.get().metrics());
        return result.withMetrics(all);
    }

    /// What the backends have cost so far.
    Usage used() {
        return changes.used();
    }

    private StepResult tryBackends() throws EnvironmentFailure {
        String base = parts.integration().tip(campaign, context.job().commit());
        commit = base;
        if (context.attempt().epoch() > 1) {
            Optional<Merged> before = unheard(base, context.job().commit());
            if (before.isPresent()) {
                return mergedBefore(before.get());
            }
        }
        Set<String> tried = new HashSet<>();
        List<String> failures = new ArrayList<>();
        boolean said = false;
        while (tried.size() < MOST_BACKENDS) {
            AgentRouter.Choice choice = parts.router().start(parts.candidates(task), tried,
                    context.clocks().wall().instant());
            switch (choice) {
                case AgentRouter.Choice.Nobody nobody when nobody.again().filter(this::fits).isPresent() -> {
                    if (!said) {
                        context.say("waiting for a backend; " + nobody.why());
                        said = true;
                    }
                    if (context.stop().awaitStop(nobody.again().get())) {
                        return context.stopped();
                    }
                }
                case AgentRouter.Choice.Nobody nobody -> {
                    if (!nobody.why().isEmpty()) {
                        failures.add(nobody.why());
                    }
                    return failed(failures);
                }
                case AgentRouter.Choice.Use(String name) -> {
                    tried.add(name);
                    ChangeByAgent.Made made = changes.by(backend(name), base);
                    if (made.candidate().isPresent()) {
                        return accept(base, made.candidate().get());
                    }
                    AgentRun.Failed failure = made.failure().get();
                    failures.add(words(name, failure));
                    context.say("backend " + failures.getLast());
                    switch (failure.failure()) {
                        case STOPPED -> {
                            return context.stopped();
                        }
                        case TIME_LIMIT -> {
                            return context.timedOut();
                        }
                        case IMPOSSIBLE -> {
                            return StepResult.failed(Outcome.VERIFICATION_FAILED, failure.reason());
                        }
                        case OVER_BUDGET -> {
                            return failed(failures);
                        }
                        case RATE_LIMIT, AUTH, OVERLOAD, BAD_OUTPUT, CRASH, HANG, NO_CHANGE -> {
                            // Another backend may do better.
                        }
                    }
                }
            }
        }
        return failed(failures);
    }

    /// This task's change on the branch, of another attempt whose success nobody heard of.
    private Optional<Merged> unheard(String tip, Optional<String> after) throws EnvironmentFailure {
        return parts.integration().merged(tip, after, context.mark()).stream()
                .filter(merged -> !context.job().succeeded().contains(merged.commit())).findFirst();
    }

    /// Another attempt was lost after it had merged, and before that was heard: its change is there, its figures are
    /// not. Whoever changed the source once more would apply it twice, or find nothing to do.
    private StepResult mergedBefore(Merged before) throws EnvironmentFailure {
        commit = before.commit();
        context.say("another attempt at this task merged " + commit + " onto " + before.base()
                + "; it is judged again");
        StepResult judged = judge(before.base(), commit);
        return judged.because(judged.succeeded() ? "merged as " + commit + " by an earlier attempt"
                : commit + " of an earlier attempt, which was lost, is on the branch and did not pass once more: "
                + judged.reason());
    }

    /// A wait for a backend's limit must leave time for its run.
    private boolean fits(Duration wait) {
        return wait.multipliedBy(2).compareTo(context.timeLeft()) < 0;
    }

    private AgentBackend backend(String name) {
        return search.isPresent() ? search.get() : parts.backends().get(name);
    }

    private String words(String backend, AgentRun.Failed failure) {
        if (search.isEmpty()) {
            return backend + ": " + failure.failure().word() + ", " + failure.reason();
        }
        return failure.failure() == AgentFailure.NO_CHANGE ? "the best configuration is in the source already"
                : failure.reason();
    }

    private StepResult failed(List<String> failures) {
        return StepResult.failed(Outcome.AGENT_FAILED, (search.isPresent() ? "the search changed nothing: "
                : "no backend made a change: ") + String.join("; ", failures));
    }

    private StepResult accept(String firstBase, String firstCandidate) throws EnvironmentFailure {
        String base = firstBase;
        String candidate = firstCandidate;
        for (int i = 0; i < MOST_REBASES; i++) {
            commit = candidate;
            StepResult judged = judge(base, candidate);
            if (!judged.succeeded()) {
                return judged;
            }
            context.stage("merging");
            if (parts.integration().advance(campaign, base, candidate)) {
                context.say("merged as " + candidate + " onto " + base);
                return judged.because("merged as " + candidate);
            }
            String tip = parts.integration().tip(campaign, context.job().commit());
            Optional<Merged> meanwhile = unheard(tip, Optional.of(base));
            if (meanwhile.isPresent()) {
                return mergedBefore(meanwhile.get());
            }
            context.say("the integration branch moved to " + tip + "; rebasing");
            switch (parts.integration().rebase(candidate, tip)) {
                case Integration.Rebased.Clean(String rebased) -> candidate = rebased;
                case Integration.Rebased.Conflict(List<String> files) -> {
                    return StepResult.failed(Outcome.AGENT_FAILED, "conflicts with what was merged meanwhile in "
                            + String.join(", ", files) + "; the next try starts from there");
                }
            }
            base = tip;
        }
        return StepResult.failed(Outcome.AGENT_FAILED, "the integration branch moved " + MOST_REBASES
                + " times while this change was being verified");
    }

    private StepResult judge(String base, String candidate) throws EnvironmentFailure {
        try (Checkout baseTree = checkouts.checkout(context.label() + "-base", Optional.of(base));
             Checkout tree = checkouts.checkout(context.label() + "-candidate", Optional.of(candidate))) {
            try {
                return judge(base, candidate, baseTree, tree);
            } finally {
                context.keep(tree.folder());
            }
        }
    }

    private StepResult judge(String base, String candidate, Checkout baseTree, Checkout tree)
            throws EnvironmentFailure {
        context.stage("verifying");
        SealedVerification verification = new SealedVerification((source, script, folder, environment, limit) ->
                context.sealed(source, script, folder, environment, limit), parts.files(), parts.random(),
                        context::say, parts.running());
        SealedVerdict verdict = verification.verify(new SealedVerification.Subject(policy(baseTree),
                parts.integration().changes(base, candidate), task.touches(), task.verifyCommand(),
                measuring().toList(), base, baseTree.folder(), tree.folder()));
        StepResult verified = switch (verdict) {
            case SealedVerdict.Interrupted interrupted -> context.killed("the verification", interrupted.killed());
            case SealedVerdict.Rejected rejected -> {
                rejected.lastLines().forEach(line -> context.output().line("verify", line));
                yield new StepResult(Outcome.AGENT_FAILED, "rejected, " + rejected.rejection().describe(),
                        rejected.exitStatus(), List.of());
            }
            case SealedVerdict.Accepted accepted -> StepResult.passed(Optional.of(0), metrics(accepted));
        };
        executed = Optional.empty();
        if (!(verdict instanceof SealedVerdict.Accepted accepted)) {
            return verified;
        }
        try {
            return task.benchmark().isEmpty() ? verified
                    : measured(task.benchmark().get(), accepted.execution(), baseTree, tree);
        } finally {
            executed = accepted.execution().report();
        }
    }

    private StepResult measured(BenchmarkSpec stated, ExecutionProof proof, Checkout baseTree, Checkout tree)
            throws EnvironmentFailure {
        BenchmarkSpec spec = stated.against(stated.command());
        ProvenRuns runs = new ProvenRuns(context, proof);
        StepResult first = new BenchmarkStep(context, spec, baseTree.folder(), tree.folder(), runs).run();
        if (!first.succeeded()) {
            return asAgentFailure(first);
        }
        context.say("a gain; measuring once more before it counts");
        StepResult second = new BenchmarkStep(context, spec, baseTree.folder(), tree.folder(), runs).run();
        return second.succeeded() ? runs.neverSeen().orElse(second) : asAgentFailure(second);
    }

    /// What the benchmark denies this change, another try of an agent may reach.
    private static StepResult asAgentFailure(StepResult measured) {
        return measured.outcome() == Outcome.VERIFICATION_FAILED
                ? new StepResult(Outcome.AGENT_FAILED, measured.reason(), measured.exitStatus(), measured.metrics())
                : measured;
    }

    private List<Metric> metrics(SealedVerdict.Accepted accepted) {
        try {
            return accepted.metrics().isPresent() ? MetricsDocument.parse(accepted.metrics().get()) : List.of();
        } catch (MetricsDocument.BadMetrics e) {
            context.say("the verify command's metrics are left out: " + e.getMessage());
            return List.of();
        }
    }

    /// The commands of the task's benchmark.
    private Stream<String> measuring() {
        return task.benchmark().stream().flatMap(benchmark -> Stream.concat(Stream.of(benchmark.command()),
                benchmark.baselineCommand().stream()));
    }

    private SealPolicy policy(Checkout base) throws EnvironmentFailure {
        try {
            return parts.files().read(base.folder(), SealPolicy.FILE).map(SealPolicy::parse).orElseGet(() ->
                    SealPolicy.DEFAULT.guarding(CommandFiles.of(Stream.concat(task.verifyCommand().stream(),
                    measuring()).toList(), task.touches())));
        } catch (IllegalArgumentException e) {
            throw new EnvironmentFailure(Code.BAD_CONFIGURATION, e.getMessage(), "correct the file in the source", e);
        }
    }
}
