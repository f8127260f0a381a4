package com.alphaheng.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;

/// Why a task is not running.
@Command(name = "why", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Why is it not running? The one thing that has to change first, then everything else: what it "
                + "waits for, and what each worker says to it.")
final class WhyCommand extends TaskCommand {
    @Override
    public Integer call() {
        JsonNode why = coordinator().get(taskPath() + "/why");
        List<String> lines = new ArrayList<>(Table.wrap(task() + " is " + status(why) + ": "
                + why.path("reason").asText(), ""));
        why.path("waitsFor").forEach(open -> lines.addAll(Table.wrap("waits for " + open.path("task").asText() + ", "
                + status(open) + ": " + open.path("reason").asText(), "  ")));
        why.path("workers").forEach(worker -> lines.addAll(Table.wrap("worker " + worker.path("worker").asText()
                + (worker.path("able").asBoolean() ? " could run it: " : " cannot: it ")
                + worker.path("word").asText(), "  ")));
        output().answer(why, lines);
        return ExitCode.OK;
    }
}
