package com.alphaheng.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The tasks of a campaign.
@Command(name = "list", mixinStandardHelpOptions = true, sortOptions = false,
        description = "List the tasks of a campaign, and why each is where it is.")
final class ListCommand implements Callable<Integer> {
    @Option(names = "--status", paramLabel = "STATUS",
            description = "waiting, ready, running, succeeded, failed, skipped or cancelled.")
    private String status;

    @Option(names = "--category", paramLabel = "NAME", description = "Only this category.")
    private String category;

    @Option(names = "--priority", paramLabel = "P", description = "Only P0, P1 or P2.")
    private String priority;

    @Option(names = "--worker", paramLabel = "ID", description = "Only what this worker runs or ran last.")
    private String worker;

    @Option(names = {"-q", "--query"}, paramLabel = "TEXT", description = "Only names and reasons with this text.")
    private String query;

    @Mixin
    private ConnectionOptions connection;

    @Mixin
    private Output output;

    @Override
    public Integer call() {
        List<String> filters = new ArrayList<>();
        filter(filters, "status", status == null ? null : status.toUpperCase(Locale.ROOT));
        filter(filters, "category", category);
        filter(filters, "priority", priority == null ? null : priority.toUpperCase(Locale.ROOT));
        filter(filters, "worker", worker);
        filter(filters, "q", query);
        JsonNode tasks = connection.coordinator().get(connection.campaignPath() + "/tasks"
                + (filters.isEmpty() ? "" : "?" + String.join("&", filters)));
        if (output.isJson()) {
            output.json(tasks);
            return ExitCode.OK;
        }
        Table table = new Table("STATUS", "PRI", "TRIES", "TASK");
        for (JsonNode task : tasks) {
            table.row(task.path("status").asText().toLowerCase(Locale.ROOT), task.path("priority").asText(),
                    task.path("attempts").asInt(), task.path("name").asText());
        }
        Iterator<String> rows = table.lines().iterator();
        List<String> lines = new ArrayList<>(List.of(rows.next()));
        for (JsonNode task : tasks) {
            lines.add(rows.next());
            // That a task succeeded needs no reason; everything else has one that people ask for.
            if (!task.path("status").asText().equals("SUCCEEDED") && !task.path("reason").asText("").isBlank()) {
                lines.add("           " + task.path("reason").asText());
            }
        }
        output.lines(lines);
        return ExitCode.OK;
    }

    private static void filter(List<String> filters, String name, String value) {
        if (value != null) {
            filters.add(name + "=" + Coordinator.segment(value));
        }
    }
}
