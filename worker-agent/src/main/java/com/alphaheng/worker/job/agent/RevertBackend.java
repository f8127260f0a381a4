package com.alphaheng.worker.job.agent;

import com.alphaheng.protocol.WorkerProfile;
import com.alphaheng.worker.job.Commands;
import com.alphaheng.worker.job.Commands.Confinement;
import com.alphaheng.worker.job.EnvironmentFailure;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Takes a merged commit back. What it undoes goes the way of every other change: verified, then merged.
public final class RevertBackend implements AgentBackend {
    public static final String NAME = WorkerProfile.REVERT;

    private static final Pattern PROMPT = Pattern.compile("(?s)revert ([0-9a-f]{40})\\b.*");

    private final Commands commands;

    public RevertBackend(Commands commands) {
        this.commands = commands;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Map<String, String> terms() {
        return Map.of();
    }

    @Override
    public AgentRun run(Request request) throws EnvironmentFailure {
        Matcher prompt = PROMPT.matcher(request.prompt());
        if (!prompt.matches()) {
            return failed(AgentFailure.BAD_OUTPUT, "the prompt must begin with 'revert ' and a full commit id; "
                    + "`./heng revert TASK` writes such a task");
        }
        // The worker's own words, which write into the mirror; nothing of the source is run.
        Commands.Outcome outcome = commands.run(new Commands.Request("agent", "git revert --no-commit "
                + prompt.group(1), request.folder(), request.environment(), request.timeLimit(), Optional.empty(),
                Confinement.OPEN), request.stop(), request.output());
        return switch (outcome) {
            case Commands.Exited exited when exited.status() == 0 -> new AgentRun.Done(Usage.NONE, Optional.empty(),
                    "This reverts commit " + prompt.group(1) + ".");
            case Commands.Exited exited -> failed(AgentFailure.BAD_OUTPUT, prompt.group(1)
                    + " cannot be taken back by itself, take back first what was merged on top of it"
                    + (exited.lastLines().isEmpty() ? "" : " (" + exited.lastLines().getLast() + ")"));
            case Commands.Killed killed -> failed(AgentFailure.of(killed.cause()), "git revert was killed: "
                    + killed.cause());
        };
    }

    private static AgentRun failed(AgentFailure failure, String reason) {
        return new AgentRun.Failed(failure, reason, Optional.empty(), Usage.NONE);
    }
}
