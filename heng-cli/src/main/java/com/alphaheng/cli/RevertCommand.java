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
                + "verified and merged like any other. If later changes build on it, the task fails "
                + "and names them. Said again, it tells how far that is, or tries a failed one again.")
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
        String revert = "revert " + name;
        Optional<JsonNode> before = coordinator.find(campaignPath() + "/tasks/" + Coordinator.segment(revert))
                .filter(known -> known.path("prompt").asText().startsWith("revert " + commit));
        if (before.isPresent()) {
            return again(coordinator, revert, before.get());
        }
        Map<String, Object> spec = new LinkedHashMap<>();
        spec.put("name", revert);
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
                List.of(new SourceFile(revert + ".yaml", json(Map.of("tasks", List.of(spec))))),
                Optional.ofNullable(campaign.path("commit").textValue())));
        output().answer(answer, List.of(revert + " joins campaign " + campaign()
                + " and takes back " + commit.substring(0, 12) + "; ./heng show '" + revert
                + "' tells how far it is"));
        return ExitCode.OK;
    }

    /// The same commit was to be taken back before: what came of that decides.
    private int again(Coordinator coordinator, String revert, JsonNode before) {
        Optional<String> done = mergedCommit(before);
        if (done.isPresent()) {
            throw CliException.failed("it was taken back already, by commit " + done.get().substring(0, 12)
                    + " of task '" + revert + "'");
        }
        if (List.of("failed", "cancelled", "skipped").contains(status(before))) {
            JsonNode answer = coordinator.post(campaignPath() + "/tasks/" + Coordinator.segment(revert) + "/retry",
                    Map.of());
            output().answer(answer, List.of(revert + " is tried again; it had ended as " + status(before) + ": "
                    + before.path("reason").asText()));
            return ExitCode.OK;
        }
        throw CliException.failed("it is being taken back: '" + revert + "' is " + status(before) + ", "
                + before.path("reason").asText());
    }

    private static Optional<String> mergedCommit(JsonNode task) {
        JsonNode attempts = task.path("attemptsDetail");
        JsonNode last = attempts.path(attempts.size() - 1);
        String reason = last.path("reason").asText("");
        return last.path("outcome").asText("").equals("SUCCEEDED") && reason.startsWith(MERGED)
                ? Optional.of(reason.substring(MERGED.length()).strip().split(" ")[0]) : Optional.empty();
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
