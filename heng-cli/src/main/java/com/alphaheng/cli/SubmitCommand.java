package com.alphaheng.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Submits task files to a campaign.
@Command(name = "submit", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Submit task files to a campaign. The same files again change nothing; edited ones update it.")
final class SubmitCommand extends CampaignCommand {
    @Parameters(paramLabel = "FILE", arity = "1..*", description = "Task files, or folders of them.")
    private List<Path> paths;

    @Option(names = "--commit", paramLabel = "SHA", description = "Commit of the sources that the tasks start from.")
    private String commit;

    @Option(names = "--if-match", paramLabel = "DEFINITION", description = "Only if nobody has changed the campaign's "
            + "tasks since: the 'definition' of 'heng status --json'.")
    private String definition;

    @Option(names = "--dry-run", description = "Only say what would change; 'heng plan' says more.")
    private boolean dryRun;

    @Override
    public Integer call() {
        orFirst();
        orFirst();
        Map<String, Object> body = Submission.body(Submission.read(paths), Optional.ofNullable(commit));
        body.put("dryRun", dryRun);
        String path = campaignPath() + "/submissions";
        JsonNode answer = definition == null ? coordinator().post(path, body)
                : coordinator().postIfMatch(path, body, definition);
        output().answer(answer, summary(answer));
        return ExitCode.OK;
    }

    /// What the submission did, in a few lines.
    static List<String> summary(JsonNode answer) {
        List<String> lines = new ArrayList<>(ProblemLines.of(ProblemLines.read(answer.path("warnings"))));
        lines.addAll(difference(answer));
        lines.add("campaign %s: %d added, %d changed, %d removed, %d unchanged%s".formatted(
                answer.path("campaign").asText(), answer.path("added").size(), answer.path("changed").size(),
                answer.path("removed").size(), answer.path("unchanged").size(),
                answer.path("dryRun").asBoolean() ? " (nothing was done)" : ""));
        return lines;
    }

    /// `+ name`, `~ name` and `- name` of what was added, changed and removed.
    static List<String> difference(JsonNode answer) {
        List<String> lines = new ArrayList<>();
        answer.path("added").forEach(name -> lines.add("+ " + name.asText()));
        answer.path("changed").forEach(name -> lines.add("~ " + name.asText()));
        answer.path("removed").forEach(name -> lines.add("- " + name.asText()));
        return lines;
    }
}
