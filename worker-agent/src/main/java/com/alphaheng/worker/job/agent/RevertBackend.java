package com.alphaheng.worker.job.agent;

import com.alphaheng.protocol.WorkerProfile;
import com.alphaheng.worker.job.EnvironmentFailure;
import com.alphaheng.worker.job.Integration;
import com.alphaheng.worker.job.Integration.Later;
import com.alphaheng.worker.job.Integration.TakenBack;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Takes a merged commit back. What it undoes goes the way of every other change: verified, then merged. What cannot
/// be taken back now is not tried again: another try finds the same source.
public final class RevertBackend implements AgentBackend {
    public static final String NAME = WorkerProfile.REVERT;

    private static final Pattern PROMPT = Pattern.compile("(?s)revert ([0-9a-f]{40})\\b.*");

    private final Integration integration;

    public RevertBackend(Integration integration) {
        this.integration = integration;
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
            return impossible("the prompt must begin with 'revert ' and a full commit id; `./heng revert TASK` writes "
                    + "such a task");
        }
        String commit = prompt.group(1);
        return switch (integration.takeBack(request.folder(), commit)) {
            case TakenBack.Done _ -> new AgentRun.Done(Usage.NONE, Optional.empty(), "This reverts commit " + commit
                    + ".");
            case TakenBack.Already _ -> impossible(commit + " is taken back already: nothing of it is left");
            case TakenBack.Refused(String why) -> impossible(commit + " cannot be taken back: " + why);
            case TakenBack.BuiltOn(List<String> files, List<Later> later) -> impossible(commit
                    + " cannot be taken back by itself" + remedy(String.join(", ", files), later));
        };
    }

    /// What is on top, and in which order it comes off.
    private static String remedy(String files, List<Later> later) {
        if (later.isEmpty()) {
            return ": it conflicts in " + files;
        }
        boolean one = later.size() == 1;
        return ", since " + later.stream().map(change -> change.name() + " (" + shortened(change) + ")").collect(
                Collectors.joining(", ")) + " changed the same lines later, in " + files + "; take "
                + (one ? "that back first" : "those back first, in this order") + ": " + later.stream().map(change ->
                change.ofTask() ? "`./heng revert '" + change.name() + "'`" : "`git revert " + shortened(change) + "`")
                .collect(Collectors.joining(", ")) + "; then ask for this one again";
    }

    private static String shortened(Later change) {
        return change.commit().substring(0, 12);
    }

    private static AgentRun impossible(String reason) {
        return new AgentRun.Failed(AgentFailure.IMPOSSIBLE, reason, Optional.empty(), Usage.NONE);
    }
}
