package com.alphaheng.worker.job;

import com.alphaheng.protocol.ProtocolCodec;
import com.alphaheng.spec.TaskSpec;
import com.alphaheng.worker.job.Checkouts.Checkout;
import com.alphaheng.worker.job.agent.AgentBackend;
import com.alphaheng.worker.job.agent.AgentFailure;
import com.alphaheng.worker.job.agent.AgentRun;
import com.alphaheng.worker.job.agent.Allowance;
import com.alphaheng.worker.job.agent.SpendLedger;
import com.alphaheng.worker.job.agent.Usage;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One backend's try at a change, in a checkout of its own: what it may spend is written down before it begins, what it
/// was told and said is kept, and what it changed becomes a commit.
final class ChangeByAgent {
    private final AttemptContext context;
    private final AgentParts parts;
    private final Checkouts checkouts;
    private final TaskSpec task;
    private Usage used = Usage.NONE;
    private int runs;

    ChangeByAgent(AttemptContext context, AgentParts parts, Checkouts checkouts) {
        this.context = context;
        this.parts = parts;
        this.checkouts = checkouts;
        this.task = context.job().task();
    }

    /// @param candidate the commit, if something changed
    /// @param failure   present if there is no candidate
    record Made(Optional<String> candidate, Optional<AgentRun.Failed> failure) {
    }

    /// What all runs of this attempt cost.
    Usage used() {
        return used;
    }

    Made by(AgentBackend backend, String base) throws EnvironmentFailure {
        context.stage("running agent");
        String name = backend.name();
        context.say("backend " + name + " starts at " + base);
        Optional<AgentRun.Failed> failure = Optional.of(new AgentRun.Failed(AgentFailure.STOPPED, "the worker failed",
                Optional.empty(), Usage.NONE));
        try (Checkout tree = checkouts.checkout(context.label(), Optional.of(base))) {
            AgentRun run = run(backend, tree);
            if (!(run instanceof AgentRun.Done done)) {
                failure = Optional.of((AgentRun.Failed) run);
                return new Made(Optional.empty(), failure);
            }
            Optional<String> candidate = parts.integration().record(tree.folder(), base, message(name, done.note()));
            // Some agents end with status 0 whatever happened to them.
            failure = candidate.isPresent() ? Optional.empty() : done.trouble().or(() -> Optional.of(
                    new AgentRun.Failed(AgentFailure.NO_CHANGE, "it changed nothing", Optional.empty(), run.usage())));
            return new Made(candidate, failure);
        } finally {
            parts.router().ended(name, failure, context.clocks().wall().instant());
        }
    }

    private String message(String backend, String note) {
        return task.name() + "\n\n" + (note.isEmpty() ? "" : note + "\n\n") + "By backend " + backend + " for "
                + context.attempt() + "\n\n" + context.mark();
    }

    private AgentRun run(AgentBackend backend, Checkout tree) throws EnvironmentFailure {
        String key = context.attempt().taskKey();
        SpendLedger ledger = parts.ledger();
        Allowance allowance = ledger.allowance(key, task.budget());
        if (!allowance.allows(Usage.NONE)) {
            return new AgentRun.Failed(AgentFailure.OVER_BUDGET, "the task's budget is spent", Optional.empty(),
                    Usage.NONE);
        }
        Duration limit = limit(allowance);
        Transcript transcript = new Transcript(context.output());
        String prompt = prompt();
        prompt.lines().forEach(line -> transcript.line(AttemptOutput.TOLD, line));
        Clocks.Moment start = context.clocks().now();
        SpendLedger.Call whole = ledger.begin(key, Usage.ofTime(limit));
        Usage[] metered = {Usage.NONE};
        Optional<AgentRun> run = Optional.empty();
        try {
            AgentBackend.Request request = new AgentBackend.Request(context.attempt(), prompt, tree.folder(),
                    context.environment(tree.folder(), Commands.Confinement.SEALED), limit, allowance, most -> {
                        SpendLedger.Call call = ledger.begin(key, most);
                        return actual -> {
                            call.end(actual);
                            metered[0] = metered[0].plus(actual);
                        };
                    }, context.stop(), transcript);
            run = Optional.of(withinBudget(limit, allowance, backend.run(request)));
            return run.get();
        } finally {
            Usage stated = run.map(AgentRun::usage).orElse(metered[0]);
            Usage time = Usage.ofTime(Duration.between(start.awake(), context.clocks().awake().instant()));
            whole.end(stated.minus(metered[0]).plus(time));
            used = used.plus(stated).plus(time);
            transcript.close();
            keep(backend, run, stated.plus(time), transcript, start.wall());
        }
    }

    /// What the task asks for, and why earlier attempts at it were sent back.
    private String prompt() {
        List<String> setbacks = context.job().setbacks();
        return setbacks.isEmpty() ? task.prompt() : task.prompt().stripTrailing() + "\n\nEarlier attempts at this task "
                + "were sent back, for these reasons:\n- " + String.join("\n- ", setbacks)
                + "\nThe checkout holds what has been merged meanwhile, and none of those attempts.\n";
    }

    /// A run that ended because the budget's time did says so, and is not called a timeout of the task.
    private static AgentRun withinBudget(Duration limit, Allowance allowance, AgentRun run) {
        boolean budget = allowance.time().filter(limit::equals).isPresent();
        return budget && run instanceof AgentRun.Failed failed && failed.failure() == AgentFailure.TIME_LIMIT
                ? new AgentRun.Failed(AgentFailure.OVER_BUDGET, "the task's budget of time is spent",
                Optional.empty(), failed.usage()) : run;
    }

    /// What the time budget and the attempt's own time leave.
    private Duration limit(Allowance allowance) {
        Duration left = context.timeLeft();
        return allowance.time().filter(most -> most.compareTo(left) < 0).orElse(left);
    }

    private void keep(AgentBackend backend, Optional<AgentRun> run, Usage usage, Transcript transcript, Instant start) {
        String folder = "agent/" + ++runs + "-" + backend.name() + "/";
        context.kept().keepText(folder + "transcript.txt", transcript.text());
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("backend", backend.name());
        // Prices change: what this run was charged by is kept with it.
        facts.put("terms", backend.terms());
        facts.put("startedAt", start.toString());
        facts.put("endedAt", context.clocks().wall().instant().toString());
        facts.put("tokens", usage.tokens());
        facts.put("usd", usage.usd().toPlainString());
        facts.put("seconds", usage.time().toMillis() / 1000.0);
        facts.put("ended", switch (run.orElse(null)) {
            case AgentRun.Done done -> "done";
            case AgentRun.Failed failed -> failed.failure().word() + ": " + failed.reason();
            case null -> "the worker failed";
        });
        try {
            context.kept().keepText(folder + "run.json", ProtocolCodec.jsonMapper().writerWithDefaultPrettyPrinter()
                    .writeValueAsString(facts) + "\n");
        } catch (JsonProcessingException e) {
            throw new AssertionError("a map of texts and numbers has no JSON", e);
        }
    }
}
