package com.alphaheng.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Why a task is not running.
@Command(name = "why", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Why is it not running? The one thing that has to change first, then everything else: what it "
                + "waits for, and what each worker says to it.")
final class WhyCommand implements Callable<Integer> {
    @Parameters(paramLabel = "TASK", description = "The task's name.")
    private String name;

    @Mixin
    private ConnectionOptions connection;

    @Mixin
    private Output output;

    @Override
    public Integer call() {
        JsonNode why = connection.coordinator().get(connection.campaignPath() + "/tasks/" + Coordinator.segment(name)
                + "/why");
        if (output.isJson()) {
            output.json(why);
            return ExitCode.OK;
        }
        List<String> lines = new ArrayList<>();
        lines.add(name + " is " + word(why) + ": " + why.path("reason").asText());
        why.path("waitsFor").forEach(open -> lines.add("  waits for " + open.path("task").asText() + ", " + word(open)
                + ": " + open.path("reason").asText()));
        why.path("workers").forEach(worker -> lines.add("  worker " + worker.path("worker").asText()
                + (worker.path("able").asBoolean() ? " could run it: " : " cannot: it ")
                + worker.path("word").asText()));
        output.lines(lines);
        return ExitCode.OK;
    }

    private static String word(JsonNode task) {
        return task.path("status").asText().toLowerCase(Locale.ROOT);
    }
}
