package com.alphaheng.worker.job.seal;

import com.alphaheng.worker.job.Commands;
import com.alphaheng.worker.job.Commands.Exited;
import com.alphaheng.worker.job.Commands.Killed;
import com.alphaheng.worker.job.EnvironmentFailure;
import com.alphaheng.worker.job.EnvironmentFailure.Code;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/// Decides whether a change may count: by rules on the change itself, and by running base and candidate side by side in
/// fresh checkouts without a network. Trusts nothing the candidate says of itself: its outputs are compared on inputs
/// drawn just now, and its code is made to fail to see whether anybody notices.
public final class SealedVerification {
    /// An answer to a repeated input this much faster than to fresh ones was remembered, not computed.
    private static final double CACHED_SHARE = 0.7;
    private static final int TIMED_TRIES = 3;
    private static final int HUNDRED = 100;
    private static final Duration CHALLENGE_SLACK = Duration.ofSeconds(10);

    private final Runner runner;
    private final SourceFiles files;
    private final RandomGenerator random;
    private final Consumer<String> log;
    private final RunningCode running;
    private final Map<String, Answers> baseProofs = new HashMap<>();
    private final Set<Path> preparedBases = new HashSet<>();

    /// Runs a command sealed, in the time the attempt has left.
    public interface Runner {
        /// @param limit the shorter of this and the attempt's own limit holds
        Commands.Outcome run(String source, String script, Path folder, Map<String, String> environment,
                             Optional<Duration> limit) throws EnvironmentFailure;
    }

    /// @param change   what the candidate's commit changes against the base's
    /// @param verify   the task's verify command
    /// @param measured the task's commands that measure
    public record Subject(SealPolicy policy, List<ChangedFile> change, List<String> touches, Optional<String> verify,
                          List<String> measured, String baseCommit, Path base, Path candidate) {
    }

    /// @param log     told what was proven
    /// @param running looks at what the commands load
    public SealedVerification(Runner runner, SourceFiles files, RandomGenerator random, Consumer<String> log,
                              RunningCode running) {
        this.running = running;
        this.runner = runner;
        this.files = files;
        this.random = random;
        this.log = log;
    }

    /// @throws EnvironmentFailure if the base itself fails, so that nothing can be said of the change
    public SealedVerdict verify(Subject subject) throws EnvironmentFailure {
        Optional<Rejection> broken = ChangeRules.check(subject.change, subject.policy, subject.touches,
                path -> files.read(subject.candidate, path).orElse(""));
        if (broken.isPresent()) {
            return new SealedVerdict.Rejected(broken.get(), Optional.empty(), List.of());
        }
        Map<String, String> before = fingerprint(subject);
        ExecutionProof proof = new ExecutionProof(subject, files, running);
        try {
            prepareBase(subject);
            proof.baseIsBuilt();
            Exited verified = verifyCandidate(subject, proof);
            challenge(subject, proof);
            mustBeUntouched(subject, before);
            mustHold(proof.untouched());
            List<String> proofs = sabotage(subject, proof);
            mustBeUntouched(subject, before);
            mustHold(proof.isBuiltAgain());
            return new SealedVerdict.Accepted(verified.metrics(), proofs, proof);
        } catch (Stop stop) {
            return stop.verdict;
        }
    }

    private void mustBeUntouched(Subject subject, Map<String, String> before) {
        Map<String, String> now = fingerprint(subject);
        Set<String> paths = new TreeSet<>(before.keySet());
        paths.addAll(now.keySet());
        paths.stream().filter(path -> !Objects.equals(now.get(path), before.get(path))).findFirst().ifPresent(path -> {
            throw new Stop(new Rejection(SealRule.TAMPERED, path), Optional.empty(), List.of());
        });
    }

    private static void mustHold(Optional<Rejection> broken) {
        broken.ifPresent(rejection -> {
            throw new Stop(rejection, Optional.empty(), List.of());
        });
    }

    private Map<String, String> fingerprint(Subject subject) {
        Map<String, String> all = new HashMap<>();
        List<String> guarded = subject.policy.guarded();
        // A program that rewrites what was changed is verified as one thing and measured as another.
        Set<String> changed = subject.change.stream().map(ChangedFile::path).collect(Collectors.toSet());
        Predicate<String> watched = path -> changed.contains(path) || Glob.anyMatches(guarded, path)
                || Glob.anyMatches(subject.policy.editable(), path);
        files.hashes(subject.candidate, watched).forEach((path, hash) -> all.put("candidate/" + path, hash));
        files.hashes(subject.base, watched).forEach((path, hash) -> all.put("base/" + path, hash));
        return all;
    }

    private void prepareBase(Subject subject) throws EnvironmentFailure {
        if (subject.policy.prepare().isPresent() && preparedBases.add(subject.base)) {
            mustWorkOnBase(run("build", subject.policy.prepare().get(), subject.base));
        }
        String key = subject.baseCommit + "\n" + subject.verify.orElse("");
        if (!subject.policy.counters().isEmpty() && subject.verify.isPresent() && !baseProofs.containsKey(key)) {
            baseProofs.put(key, Answers.parse(mustWorkOnBase(run("verify", subject.verify.get(), subject.base))
                    .metrics()));
        }
    }

    private static Exited mustWorkOnBase(Exited exited) throws EnvironmentFailure {
        if (exited.status() != 0) {
            throw new EnvironmentFailure(Code.BAD_CONFIGURATION, "the base commit itself fails with exit status "
                    + exited.status() + (exited.lastLines().isEmpty() ? "" : ", " + exited.lastLines().getLast()),
                    "mend the base, or correct the verify command or " + SealPolicy.FILE);
        }
        return exited;
    }

    private Exited verifyCandidate(Subject subject, ExecutionProof proof) throws EnvironmentFailure {
        if (subject.policy.prepare().isPresent()) {
            Exited built = run("build", subject.policy.prepare().get(), subject.candidate);
            reject(built.status() != 0, SealRule.BUILD_FAILED, built);
            reject(!built.leftProcesses().isEmpty(), SealRule.LEFT_PROCESSES, built);
            mustHold(proof.isBuilt());
        }
        if (subject.verify.isEmpty()) {
            return new Exited(0, List.of(), Duration.ZERO, Optional.empty(), List.of(), Optional.empty());
        }
        Exited verified = run("verify", subject.verify.get(), subject.candidate);
        reject(!verified.leftProcesses().isEmpty(), SealRule.LEFT_PROCESSES, verified);
        reject(verified.status() != 0, SealRule.VERIFY_FAILED, verified);
        Answers own = Answers.parse(verified.metrics());
        Answers expected = baseProofs.getOrDefault(subject.baseCommit + "\n" + subject.verify.get(), Answers.NONE);
        for (String counter : subject.policy.counters()) {
            long wanted = Math.max(1, expected.counters().getOrDefault(counter, 0L));
            long found = own.counters().getOrDefault(counter, 0L);
            if (found < wanted) {
                throw new Stop(new Rejection(SealRule.NO_PROOF, counter + ": " + found + " instead of " + wanted),
                        Optional.of(0), verified.lastLines());
            }
        }
        return verified;
    }

    private void challenge(Subject subject, ExecutionProof proof) throws EnvironmentFailure {
        if (subject.policy.challenge().isEmpty()) {
            return;
        }
        SealPolicy.Challenge challenge = subject.policy.challenge().get();
        ChallengePlan plan = ChallengePlan.drawn(challenge, LikelySizes.of(subject, random), random);
        Watched base = watched(challenge, plan, subject.base, Optional.empty());
        Exited expectedRun = mustWorkOnBase(base.exited);
        proof.baseRan(expectedRun.metrics(), base.loaded);
        List<List<Double>> expected = new ArrayList<>(Answers.parse(expectedRun.metrics()).values());
        Duration limit = expectedRun.elapsed().multipliedBy(10).plus(CHALLENGE_SLACK);
        Watched first = answered(challenge, plan, subject.candidate, limit);
        Optional<String> difference = first.answers().differenceFrom(expected, challenge.tolerance(), plan.lines());
        if (difference.isPresent()) {
            List<Integer> where = first.answers().differences(expected, challenge.tolerance());
            // Of long plans as many in a hundred may tie as of the inputs that are asked for on top.
            int most = Math.max(1, expected.size() * challenge.unstable() / HUNDRED);
            for (int index : where) {
                if (where.size() > most || !isUnstable(subject, challenge, plan, index, limit)) {
                    throw new Stop(new Rejection(SealRule.WRONG_OUTPUT, difference.get()), Optional.of(0), List.of());
                }
                // It must be repeatable all the same.
                expected.set(index, first.answers().values().get(index));
            }
            log.accept("an input on which right answers differ: " + difference.get());
        }
        Map<String, List<Double>> known = new HashMap<>();
        for (int i = 0; i < expected.size(); i++) {
            known.put(plan.lines().get(i), expected.get(i));
        }
        ChallengePlan longer = plan.again(challenge, random);
        Watched again = answered(challenge, longer, subject.candidate,
                limit.multipliedBy(longer.lines().size()).dividedBy(plan.lines().size()));
        mustRepeat(again.answers(), longer, known, challenge);
        mustHold(proof.candidateRan(first.exited.metrics(), first.loaded));
        mustHold(proof.candidateRanOn(again.exited.metrics(), again.loaded));
        if (challenge.timed().isPresent()) {
            compareWithRepeated(subject, challenge, plan, known);
        }
    }

    /// Whether one input of a plan differs because some do, if seldom: of a hundred fresh ones like it no more than
    /// the policy allows.
    private boolean isUnstable(Subject subject, SealPolicy.Challenge challenge, ChallengePlan plan, int index,
                               Duration limit) throws EnvironmentFailure {
        if (challenge.unstable() == 0) {
            return false;
        }
        ChallengePlan more = plan.more(index, HUNDRED, random);
        List<List<Double>> expected = Answers.parse(mustWorkOnBase(ask(challenge, more, subject.base)).metrics())
                .values();
        Answers found = answered(challenge, more, subject.candidate, limit).answers();
        return found.differences(expected, challenge.tolerance()).size() <= challenge.unstable();
    }

    /// Compares processor time, which a busy machine hardly lengthens, and the least of several runs, which it
    /// lengthens even less, before it calls an answer remembered. After all the calls it must still answer right.
    private void compareWithRepeated(Subject subject, SealPolicy.Challenge challenge, ChallengePlan plan,
                                     Map<String, List<Double>> known) throws EnvironmentFailure {
        SealPolicy.Timed timed = ChallengePlan.somewhatLarger(challenge, challenge.timed().get(), random);
        double repeated = Double.POSITIVE_INFINITY;
        double fresh = Double.POSITIVE_INFINITY;
        for (int i = 0; i < TIMED_TRIES; i++) {
            ChallengePlan inputs = ChallengePlan.fresh(timed, random);
            fresh = Math.min(fresh, timeOf(inputs.followedBy(plan), subject, challenge, known));
            repeated = Math.min(repeated, timeOf(inputs.repeated().followedBy(plan), subject, challenge, known));
            if (repeated >= CACHED_SHARE * fresh) {
                return;
            }
        }
        throw new Stop(new Rejection(SealRule.INPUT_CACHED,
                "%s took %.2f of the time".formatted(timed.operation(), repeated / fresh)),
                Optional.of(0), List.of());
    }

    private double timeOf(ChallengePlan inputs, Subject subject, SealPolicy.Challenge challenge,
                          Map<String, List<Double>> known) throws EnvironmentFailure {
        Exited exited = ask(challenge, inputs, subject.candidate);
        mustRepeat(allOf(exited, inputs), inputs, known, challenge);
        return exited.processorTime().orElse(exited.elapsed()).toNanos();
    }

    private static void mustRepeat(Answers answers, ChallengePlan inputs, Map<String, List<Double>> known,
                                   SealPolicy.Challenge challenge) {
        answers.contradiction(inputs.lines(), known, challenge.tolerance()).ifPresent(place -> {
            throw new Stop(new Rejection(SealRule.NOT_REPEATABLE, place), Optional.of(0), List.of());
        });
    }

    private static Answers allOf(Exited exited, ChallengePlan plan) {
        reject(!exited.leftProcesses().isEmpty(), SealRule.LEFT_PROCESSES, exited);
        reject(exited.status() != 0, SealRule.NO_ANSWER, exited);
        Answers answers = Answers.parse(exited.metrics());
        if (answers.values().size() != plan.lines().size()) {
            throw new Stop(new Rejection(SealRule.NO_ANSWER, answers.values().size() + " of " + plan.lines().size()),
                    Optional.of(0), exited.lastLines());
        }
        return answers;
    }

    /// A run of the challenge, and what was seen of its processes meanwhile.
    private record Watched(Exited exited, Set<RunningCode.LoadedFile> loaded) {
        Answers answers() {
            return Answers.parse(exited.metrics());
        }
    }

    private Watched watched(SealPolicy.Challenge challenge, ChallengePlan plan, Path folder, Optional<Duration> limit)
            throws EnvironmentFailure {
        String run = UUID.randomUUID().toString();
        RunningCode.Look look = running.begin(run);
        Optional<Exited> exited = Optional.empty();
        Set<RunningCode.LoadedFile> loaded;
        try {
            exited = Optional.of(ask(challenge, plan, folder, limit, Map.of(RunningCode.RUN_VARIABLE, run)));
        } finally {
            loaded = look.end();
        }
        return new Watched(exited.get(), loaded);
    }

    private Watched answered(SealPolicy.Challenge challenge, ChallengePlan plan, Path folder, Duration limit)
            throws EnvironmentFailure {
        Watched watched = watched(challenge, plan, folder, Optional.of(limit));
        allOf(watched.exited, plan);
        return watched;
    }

    private Exited ask(SealPolicy.Challenge challenge, ChallengePlan plan, Path folder) throws EnvironmentFailure {
        return ask(challenge, plan, folder, Optional.empty(), Map.of());
    }

    private Exited ask(SealPolicy.Challenge challenge, ChallengePlan plan, Path folder, Optional<Duration> limit,
                       Map<String, String> more) throws EnvironmentFailure {
        Map<String, String> environment = new HashMap<>(more);
        environment.put("HENG_CHALLENGES", plan.text());
        return switch (runner.run("verify", challenge.command(), folder, environment, limit)) {
            case Exited exited -> exited;
            case Killed killed when limit.isPresent() && killed.cause() == Commands.Cause.TIME_LIMIT
                    && killed.elapsed().compareTo(limit.get()) >= 0 ->
                    throw new Stop(new Rejection(SealRule.NO_ANSWER, "no end after " + limit.get().toSeconds()
                            + " s, ten times what the base takes"), Optional.empty(), killed.lastLines());
            case Killed killed when limit.isPresent() && killed.cause() == Commands.Cause.STALLED ->
                    throw new Stop(new Rejection(SealRule.NO_ANSWER, "it stood still"), Optional.empty(),
                            killed.lastLines());
            case Killed killed -> throw new Stop(killed);
        };
    }

    private List<String> sabotage(Subject subject, ExecutionProof proof) throws EnvironmentFailure {
        List<String> proofs = new ArrayList<>();
        Map<String, Set<Integer>> places = new FreshLines(files, subject).places();
        for (Map.Entry<String, Set<Integer>> place : places.entrySet()) {
            String path = place.getKey();
            String original = files.read(subject.candidate, path).orElseThrow();
            for (Sabotage.Variant variant : Sabotage.of(path, original, place.getValue())) {
                String where = variant.path() + ", " + variant.what();
                files.write(subject.candidate, path, variant.content());
                boolean noticed = fails(subject, proof, where);
                files.write(subject.candidate, path, original);
                if (!noticed) {
                    throw new Stop(new Rejection(SealRule.NEVER_EXECUTED, where), Optional.of(0), List.of());
                }
                proofs.add(where);
                log.accept("made to fail, and the checks noticed: " + where);
            }
        }
        // What is measured next must be the candidate, not its last sabotaged build.
        if (subject.policy.prepare().isPresent() && !proofs.isEmpty()) {
            Exited built = run("build", subject.policy.prepare().get(), subject.candidate);
            reject(built.status() != 0, SealRule.BUILD_FAILED, built);
        }
        if (!places.isEmpty() && proofs.isEmpty()) {
            throw new Stop(new Rejection(SealRule.NOT_PROVEN, "no function holds the changed lines"), Optional.empty(),
                    List.of());
        }
        return proofs;
    }

    /// Whether the checks fail for the sabotaged candidate. One that no longer builds proves nothing.
    private boolean fails(Subject subject, ExecutionProof proof, String where) throws EnvironmentFailure {
        if (subject.policy.prepare().isPresent()) {
            Exited built = run("build", subject.policy.prepare().get(), subject.candidate);
            reject(built.status() != 0, SealRule.NOT_PROVEN, built);
            mustHold(proof.isBuiltOf(where));
        }
        if (subject.verify.isPresent() && run("verify", subject.verify.get(), subject.candidate).status() != 0) {
            return true;
        }
        if (subject.policy.challenge().isEmpty()) {
            return false;
        }
        ChallengePlan plan = ChallengePlan.brief(subject.policy.challenge().get(), random);
        Exited asked = ask(subject.policy.challenge().get(), plan, subject.candidate);
        return asked.status() != 0 || Answers.parse(asked.metrics()).values().size() != plan.lines().size();
    }

    private Exited run(String source, String script, Path folder) throws EnvironmentFailure {
        return switch (runner.run(source, script, folder, Map.of(), Optional.empty())) {
            case Exited exited -> exited;
            case Killed killed -> throw new Stop(killed);
        };
    }

    private static void reject(boolean broken, SealRule rule, Exited exited) {
        if (broken) {
            String detail = rule == SealRule.LEFT_PROCESSES ? String.join("; ", exited.leftProcesses())
                    : "exit status " + exited.status()
                    + (exited.lastLines().isEmpty() ? "" : ", " + exited.lastLines().getLast());
            throw new Stop(new Rejection(rule, detail), Optional.of(exited.status()), exited.lastLines());
        }
    }

    /// Ends the verification from any depth with its verdict.
    private static final class Stop extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final transient SealedVerdict verdict;

        Stop(Rejection rejection, Optional<Integer> exitStatus, List<String> lastLines) {
            super(rejection.describe());
            this.verdict = new SealedVerdict.Rejected(rejection, exitStatus, lastLines);
        }

        Stop(Killed killed) {
            super("killed: " + killed.cause());
            this.verdict = new SealedVerdict.Interrupted(killed);
        }
    }
}
