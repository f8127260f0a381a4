package com.alphaheng.cli;

import com.alphaheng.spec.SourceFile;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Takes a merged change back: submits a task that reverts its commit and goes through the same train as the change
/// did.
@Command(name = "revert", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Take the merged change of a task back: a task 'revert TASK' joins the campaign, whose commit is "
                + "verified and merged like any other.")
final class RevertCommand extends TaskCommand {
    private static final String MERGED = "merged as ";

    @Option(names = "--because", paramLabel = "TEXT", defaultValue = "", description = "Why, for the log.")
    private String why;

    @Override
    public Integer call() {
        Coordinator coordinator = coordinator();
        String name = task();
        JsonNode task = coordinator.get(taskPath());
        String commit = mergedCommit(task).orElseThrow(() -> CliException.failed("nothing of " + name
                + " was merged, so there is nothing to take back: it is "
                + status(task)));
        Map<String, Object> spec = new LinkedHashMap<>();
        spec.put("name", "revert " + name);
        spec.put("kind", "agent");
        spec.put("priority", "P0");
        spec.put("category", task.path("category").asText("other"));
        spec.put("backends", List.of("revert"));
        spec.put("prompt", "revert " + commit + "\n\nTakes back what task " + name + " changed. " + why);
        if (!task.path("verifyCommand").asText("").isBlank()) {
            spec.put("verify_command", task.path("verifyCommand").asText());
        }
        JsonNode campaign = coordinator.get(campaignPath());
        JsonNode answer = coordinator.post(campaignPath() + "/submissions", Submission.body(
                List.of(new SourceFile("revert " + name + ".yaml", json(Map.of("tasks", List.of(spec))))),
                Optional.ofNullable(campaign.path("commit").textValue())));
        output().answer(answer, List.of("revert " + name + " joins campaign " + campaign()
                + " and takes back " + commit.substring(0, 12) + "; ./heng show 'revert " + name
                + "' tells how far it is"));
        return ExitCode.OK;
    }

    private static Optional<String> mergedCommit(JsonNode task) {
        JsonNode attempts = task.path("attemptsDetail");
        JsonNode last = attempts.path(attempts.size() - 1);
        String reason = last.path("reason").asText("");
        return last.path("outcome").asText("").equals("SUCCEEDED") && reason.startsWith(MERGED)
                ? Optional.of(reason.substring(MERGED.length()).strip()) : Optional.empty();
    }

    /// JSON is YAML, too, and needs no thought about quotes.
    private static byte[] json(Object value) {
        try {
            return new ObjectMapper().writeValueAsString(value).getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new AssertionError("a map of texts failed to serialise", e);
        }
    }
}
