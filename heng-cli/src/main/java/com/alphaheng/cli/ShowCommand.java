package com.alphaheng.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;

/// One task with its attempts.
@Command(name = "show", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Show a task: state and reason, what it depends on, its attempts and what they measured.")
final class ShowCommand extends TaskCommand {
    @Override
    public Integer call() {
        JsonNode task = coordinator().get(taskPath());
        if (output().isJson()) {
            output().json(task);
            return ExitCode.OK;
        }
        List<String> lines = new ArrayList<>();
        lines.add("%s  %s %s %s  %s".formatted(task.path("name").asText(), task.path("priority").asText(),
                task.path("category").asText(), task.path("kind").asText().toLowerCase(Locale.ROOT),
                task.path("sourceFile").asText()));
        lines.addAll(Table.wrap(status(task) + ": " + task.path("reason").asText(""), "  "));
        names(lines, "depends on", task.path("dependencies"));
        names(lines, "blocked by", task.path("blockedBy"));
        names(lines, "needed by", task.path("dependents"));
        text(lines, "verify", task.path("verifyCommand").asText(""));
        for (JsonNode attempt : task.path("attemptsDetail")) {
            attempt(lines, attempt);
        }
        text(lines, "prompt", task.path("prompt").asText(""));
        output().lines(lines);
        return ExitCode.OK;
    }

    private static void text(List<String> lines, String label, String text) {
        if (!text.isBlank()) {
            lines.add("  " + label + ":");
            text.strip().lines().forEach(line -> lines.add("    " + line));
        }
    }

    /// The time of an event in UTC, to the second.
    private static String time(JsonNode time) {
        return time.isTextual() ? Instant.parse(time.asText()).truncatedTo(ChronoUnit.SECONDS).toString() : "-";
    }

    private static void names(List<String> lines, String label, JsonNode names) {
        List<String> texts = new ArrayList<>();
        names.forEach(one -> texts.add(one.asText()));
        if (!texts.isEmpty()) {
            lines.addAll(Table.wrap(label + ": " + String.join(", ", texts), "  "));
        }
    }

    private static void attempt(List<String> lines, JsonNode attempt) {
        String chip = attempt.path("chip").asText("");
        lines.addAll(Table.wrap("attempt %d on %s%s: %s".formatted(attempt.path("epoch").asInt(),
                attempt.path("worker").asText(), chip.isEmpty() ? "" : " (" + chip + ")",
                attempt.path("outcome").asText(attempt.path("stage").asText("assigned")).toLowerCase(Locale.ROOT))
                + (attempt.path("reason").asText("").isBlank() ? "" : ", " + attempt.path("reason").asText()), "  "));
        lines.add("    assigned %s, finished %s, commit %s".formatted(time(attempt.path("assignedAt")),
                time(attempt.path("finishedAt")), Table.cut(attempt.path("commit").asText("-"), 12)));
        for (JsonNode metric : attempt.path("metrics")) {
            int samples = metric.path("samples").size();
            lines.add("    %s = %.4g %s".formatted(metric.path("name").asText(), metric.path("value").asDouble(),
                    metric.path("unit").asText()).stripTrailing() + (samples == 0 ? "" : " (" + samples + " samples)"));
        }
        if (attempt.path("executed").isObject()) {
            executed(lines, attempt.path("executed"));
        }
    }

    /// What ran of a change, by hash, and how often each kernel, beside the base's count for the same work.
    private static void executed(List<String> lines, JsonNode executed) {
        String seen = executed.path("seenFromOutside").asBoolean() ? ", seen open in a running process" : "";
        executed.path("files").properties().forEach(file -> lines.add("    ran %s, SHA-256 %s%s".formatted(
                file.getKey(), file.getValue().asText(), seen)));
        executed.path("operations").properties().forEach(kernel -> lines.add("    dispatched %s %d times, the base %d"
                .formatted(kernel.getKey(), kernel.getValue().asLong(),
                        executed.path("baseOperations").path(kernel.getKey()).asLong())));
    }
}
